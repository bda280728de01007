// Every kind of tool and of source, listed explicitly: nothing registers itself by being imported.
import type { AuthServiceKind } from '../catalog/auth-service.ts';
import type { ResourceKind } from '../catalog/resource.ts';
import type { SourceKind } from '../catalog/source.ts';
import type { ToolKind } from '../catalog/tool.ts';
import { mssqlExecuteSql } from './mssql/mssql-execute-sql.ts';
import { mssqlListTables } from './mssql/mssql-list-tables.ts';
import { mssqlSchema } from './mssql/mssql-schema.ts';
import { mssqlSource } from './mssql/mssql-source.ts';
import { mssqlSql } from './mssql/mssql-sql.ts';
import { postgresSource } from './postgres/postgres-source.ts';
import { postgresSql } from './postgres/postgres-sql.ts';
import { fileResource } from './resources/file-resource.ts';
import { textResource } from './resources/text-resource.ts';
import { sqliteSource } from './sqlite/sqlite-source.ts';
import { sqliteSql } from './sqlite/sqlite-sql.ts';

export const sourceKinds: readonly SourceKind[] = [postgresSource, sqliteSource, mssqlSource];

export const toolKinds: readonly ToolKind[] = [
  postgresSql,
  sqliteSql,
  mssqlSql,
  mssqlExecuteSql,
  mssqlListTables,
  mssqlSchema,
];

export const authServiceKinds: readonly AuthServiceKind[] = [];

export const resourceKinds: readonly ResourceKind[] = [textResource, fileResource];
