// The tool kind `neo4j-schema`: what a graph consists of, for whoever writes statements on it, as far as the server tells.
import { z } from 'zod';
import { toToolcribError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { JsonRow } from '../../catalog/result.ts';
import type { RunContext, ToolKind } from '../../catalog/tool.ts';
import { cypherSource } from './neo4j-source.ts';
import type { CypherSource } from './neo4j-source.ts';

interface SchemaToolConfig {
  readonly cacheExpireMinutes?: number | undefined;
}

const fields: z.ZodType<SchemaToolConfig> = z.strictObject({
  cacheExpireMinutes: z
    .number()
    .min(0)
    .optional()
    .describe('Taken for files of MCP Toolbox and without effect: every call reads the schema anew'),
});

const sample = limits.neo4j_schema_sample;
const index_columns = 'name, type, entityType, labelsOrTypes, properties';

/** Parts of the answer, each with the statements that may give it: the first that the server knows is taken. */
const parts: Readonly<Record<string, readonly string[]>> = {
  labels: ['CALL db.labels() YIELD label RETURN label AS value ORDER BY value'],
  relationship_types: [
    'CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType AS value ORDER BY value',
  ],
  property_keys: ['CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey AS value ORDER BY value'],
  node_properties: [
    `MATCH (n) WITH n LIMIT ${sample} UNWIND labels(n) AS label UNWIND keys(n) AS key
     RETURN label, collect(DISTINCT key) AS properties ORDER BY label`,
  ],
  relationships: [
    `MATCH (a)-[r]->(b) WITH a, r, b LIMIT ${sample}
     RETURN DISTINCT labels(a) AS from, type(r) AS type, labels(b) AS to, keys(r) AS properties ORDER BY type`,
  ],
  indexes: [
    `SHOW INDEXES YIELD ${index_columns} RETURN ${index_columns} ORDER BY name`,
    'CALL db.indexes() YIELD label, properties, types, entitytype RETURN label, properties, types, entitytype',
  ],
  constraints: [
    `SHOW CONSTRAINTS YIELD ${index_columns} RETURN ${index_columns} ORDER BY name`,
    'CALL db.constraints() YIELD type, label, properties, entitytype RETURN type, label, properties, entitytype',
  ],
};

export const neo4jSchema: ToolKind<SchemaToolConfig> = {
  type: 'neo4j-schema',
  aliases: [],
  source_types: ['neo4j'],
  fields,
  parameters: [],
  danger: 'low',
  check: (_config, { read_only }) =>
    read_only ? [] : [{ path: 'readOnly', message: 'tools of this type only read', hint: 'Remove the field.' }],
  prepare: (_config, { source }) => {
    const database = cypherSource('neo4j-schema', source);
    return async (_args, ctx) => {
      const answers = await Promise.all(
        Object.entries(parts).map(async ([name, texts]) => [name, await readPart(database, texts, ctx)] as const),
      );
      const given = answers.filter(([, rows]) => rows !== undefined);
      const unanswered = answers.flatMap(([name, rows]) => (rows === undefined ? [name] : []));
      return { kind: 'value', value: { ...Object.fromEntries(given), unanswered } as JsonValue };
    };
  },
};

/** The rows of the first statement that the server knows; undefined where it knows none. */
async function readPart(
  database: CypherSource,
  texts: readonly string[],
  ctx: RunContext,
): Promise<readonly JsonValue[] | undefined> {
  for (const text of texts) {
    try {
      const query = { text, parameters: {}, read_only: true };
      const { rows } = await database.run(query, { signal: ctx.signal, limits: ctx.limits, skip_rows: 0 });
      return rows.map((row) => plain(row));
    } catch (thrown) {
      if (toToolcribError(thrown).code !== 'statement_failed') throw thrown;
    }
  }
  return undefined;
}

/** A list of single values reads better without their column. */
function plain(row: JsonRow): JsonValue {
  return Object.keys(row).length === 1 && row['value'] !== undefined ? row['value'] : row;
}
