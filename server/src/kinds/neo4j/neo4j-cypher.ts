// The tool kind `neo4j-cypher`: one Cypher statement with bound parameters on a source `neo4j`.
import { z } from 'zod';
import type { ToolKind } from '../../catalog/tool.ts';
import { checkCypher } from './check-cypher.ts';
import { toCypherMap } from './cypher-values.ts';
import { cypherSource } from './neo4j-source.ts';

interface CypherToolConfig {
  readonly statement: string;
}

/** 64 KiB: no statement that a person writes is longer. */
export const statement_characters = 64 * 1024;

const fields: z.ZodType<CypherToolConfig> = z.strictObject({
  statement: z
    .string()
    .refine((text) => text.trim() !== '', 'Write the Cypher statement that the tool runs')
    .refine((text) => text.length <= statement_characters, `At most ${statement_characters} characters`)
    .refine((text) => !text.includes('\0'), 'A statement cannot contain the character NUL')
    .describe('The one Cypher statement of the tool; parameters are written as $name and always bound'),
});

export const neo4jCypher: ToolKind<CypherToolConfig> = {
  type: 'neo4j-cypher',
  aliases: [],
  source_types: ['neo4j'],
  fields,
  check: ({ statement }, tool) => checkCypher(statement, tool),
  prepare: ({ statement }, { parameters, read_only, source }) => {
    const database = cypherSource('neo4j-cypher', source);
    return async (args, ctx) =>
      database.run({ text: statement, parameters: toCypherMap(args, parameters), read_only }, ctx);
  },
};
