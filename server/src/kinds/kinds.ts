// Every kind of tool and of source, listed explicitly: nothing registers itself by being imported.
import type { SourceKind } from '../catalog/source.ts';
import type { ToolKind } from '../catalog/tool.ts';
import { postgresSource } from './postgres/postgres-source.ts';
import { postgresSql } from './postgres/postgres-sql.ts';

export const sourceKinds: readonly SourceKind[] = [postgresSource];

export const toolKinds: readonly ToolKind[] = [postgresSql];
