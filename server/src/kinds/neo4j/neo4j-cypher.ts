// The tool kind `neo4j-cypher`: one Cypher statement with bound parameters on a source `neo4j`.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { parseTemplate } from '../sql/parse-template.ts';
import { checkCypher } from './check-cypher.ts';
import { checkCypherTemplate, createCypherRenderer } from './cypher-template.ts';
import { toCypherMap } from './cypher-values.ts';
import { cypherSource } from './neo4j-source.ts';
import { findWriting } from './writing-clauses.ts';

interface CypherToolConfig {
  readonly statement: string;
}

const fields: z.ZodType<CypherToolConfig> = z.strictObject({
  statement: z
    .string()
    .refine((text) => text.trim() !== '', 'Write the Cypher statement that the tool runs')
    .refine((text) => text.length <= limits.statement_characters, `At most ${limits.statement_characters} characters`)
    .refine((text) => !text.includes('\0'), 'A statement cannot contain the character NUL')
    .describe('The one Cypher statement of the tool; parameters are written as $name and always bound'),
});

export const neo4jCypher: ToolKind<CypherToolConfig> = {
  type: 'neo4j-cypher',
  aliases: [],
  source_types: ['neo4j'],
  fields,
  takes_templates: true,
  answers: 'rows',
  check: ({ statement }, tool) => {
    const template = parseTemplate(statement);
    const has_holes =
      template.holes.length > 0 || tool.parameters.some((parameter) => parameter.template !== undefined);
    const faults = has_holes ? checkCypherTemplate(template, tool.parameters) : [];
    return faults.length > 0 ? faults : checkCypher(template.skeleton, tool);
  },
  prepare: ({ statement }, { name, parameters, read_only, source }) => {
    const database = cypherSource('neo4j-cypher', source);
    const bound = parameters.filter((parameter) => parameter.template === undefined);
    const render =
      bound.length < parameters.length ? createCypherRenderer(name, statement, parameters) : () => statement;
    return async (args, ctx) => {
      const text = render(args);
      // What was put in cannot have changed it; this is the second look.
      if (read_only && text !== statement && findWriting(text) !== undefined) throw new ToolcribError('write_refused');
      return database.run({ text, parameters: toCypherMap(args, bound), read_only }, ctx);
    };
  },
};
