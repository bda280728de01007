// Template parameters in the dialects of this folder, without a database.
import { postgresDialect } from '../../server/src/kinds/postgres/postgres-dialect.ts';
import { sqliteDialect } from '../../server/src/kinds/sqlite/sqlite-dialect.ts';
import { templateProperties } from './sql-template-properties.ts';

templateProperties('PostgreSQL', postgresDialect);
templateProperties('SQLite', sqliteDialect);
