// Every kind of tool and of source, listed explicitly: nothing registers itself by being imported.
import type { AuthServiceKind } from '../catalog/auth-service.ts';
import type { ResourceKind } from '../catalog/resource.ts';
import type { SourceKind } from '../catalog/source.ts';
import type { ToolKind } from '../catalog/tool.ts';
import { mcpSource } from './mcp/mcp-source.ts';
import { mcpStdioSource } from './mcp/mcp-stdio-source.ts';
import { mssqlExecuteSql } from './mssql/mssql-execute-sql.ts';
import { mssqlListTables } from './mssql/mssql-list-tables.ts';
import { mssqlSchema } from './mssql/mssql-schema.ts';
import { mssqlSource } from './mssql/mssql-source.ts';
import { mssqlSql } from './mssql/mssql-sql.ts';
import { handoffSource } from './handoff/handoff-source.ts';
import { handoffTool } from './handoff/handoff-tool.ts';
import { httpSource } from './http/http-source.ts';
import { httpTool } from './http/http-tool.ts';
import { mysqlExecuteSql } from './mysql/mysql-execute-sql.ts';
import { mysqlListTables } from './mysql/mysql-list-tables.ts';
import { mysqlSchema } from './mysql/mysql-schema.ts';
import { mysqlSource } from './mysql/mysql-source.ts';
import { mysqlSql } from './mysql/mysql-sql.ts';
import { neo4jCypher } from './neo4j/neo4j-cypher.ts';
import { neo4jExecuteCypher } from './neo4j/neo4j-execute-cypher.ts';
import { neo4jSchema } from './neo4j/neo4j-schema.ts';
import { neo4jSource } from './neo4j/neo4j-source.ts';
import { createGoogleAuth } from './oidc/google-auth.ts';
import { oidcAuth } from './oidc/oidc-auth.ts';
import { inputTool } from './input/input-tool.ts';
import { openApiSource } from './openapi/openapi-source.ts';
import { postgresExecuteSql } from './postgres/postgres-execute-sql.ts';
import { postgresListTables } from './postgres/postgres-list-tables.ts';
import { postgresSchema } from './postgres/postgres-schema.ts';
import { postgresSource } from './postgres/postgres-source.ts';
import { postgresSql } from './postgres/postgres-sql.ts';
import { redisSource } from './redis/redis-source.ts';
import { redisTool } from './redis/redis-tool.ts';
import { remoteSource } from './remote/remote-source.ts';
import { remoteTool } from './remote/remote-tool.ts';
import { fileResource } from './resources/file-resource.ts';
import { textResource } from './resources/text-resource.ts';
import { spannerExecuteSql } from './spanner/spanner-execute-sql.ts';
import { spannerListTables } from './spanner/spanner-list-tables.ts';
import { spannerSchema } from './spanner/spanner-schema.ts';
import { spannerSource } from './spanner/spanner-source.ts';
import { spannerSql } from './spanner/spanner-sql.ts';
import { sqliteExecuteSql } from './sqlite/sqlite-execute-sql.ts';
import { sqliteListTables } from './sqlite/sqlite-list-tables.ts';
import { sqliteSchema } from './sqlite/sqlite-schema.ts';
import { sqliteSource } from './sqlite/sqlite-source.ts';
import { sqliteSql } from './sqlite/sqlite-sql.ts';

export const sourceKinds: readonly SourceKind[] = [
  postgresSource,
  sqliteSource,
  mssqlSource,
  mysqlSource,
  neo4jSource,
  redisSource,
  spannerSource,
  httpSource,
  openApiSource,
  mcpSource,
  mcpStdioSource,
  remoteSource,
  handoffSource,
];

export const toolKinds: readonly ToolKind[] = [
  postgresSql,
  postgresExecuteSql,
  postgresListTables,
  postgresSchema,
  sqliteSql,
  sqliteExecuteSql,
  sqliteListTables,
  sqliteSchema,
  mssqlSql,
  mssqlExecuteSql,
  mssqlListTables,
  mssqlSchema,
  mysqlSql,
  mysqlExecuteSql,
  mysqlListTables,
  mysqlSchema,
  neo4jCypher,
  neo4jExecuteCypher,
  neo4jSchema,
  redisTool,
  spannerSql,
  spannerExecuteSql,
  spannerListTables,
  spannerSchema,
  httpTool,
  inputTool,
  remoteTool,
  handoffTool,
];

export const authServiceKinds: readonly AuthServiceKind[] = [createGoogleAuth(), oidcAuth];

export const resourceKinds: readonly ResourceKind[] = [textResource, fileResource];
