// The tool kind `neo4j-execute-cypher`: a statement that the caller writes. Nothing is on by default: a tool of this kind
// exists only where a file defines it, reads unless the file says otherwise, and is dangerous.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Parameter } from '../../catalog/parameters.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { isSingle } from './check-cypher.ts';
import { cypherSource } from './neo4j-source.ts';
import { findWriting } from './writing-clauses.ts';

const cypher: Parameter = {
  name: 'cypher',
  type: 'string',
  description: 'One Cypher statement.',
  required: true,
  constraints: { min_length: 1, max_length: limits.statement_characters },
};

export const neo4jExecuteCypher: ToolKind<object> = {
  type: 'neo4j-execute-cypher',
  aliases: [],
  source_types: ['neo4j'],
  fields: z.strictObject({}),
  parameters: [cypher],
  danger: 'high',
  answers: 'rows',
  callers_statement: true,
  check: () => [],
  prepare: (_config, { read_only, source }) => {
    const database = cypherSource('neo4j-execute-cypher', source);
    return async (args, ctx) => {
      const text = args['cypher'];
      if (typeof text !== 'string' || !isSingle(text) || text.includes('\0')) {
        throw new ToolcribError('statement_failed', { params: { sqlstate: '42601', condition: 'syntax_error' } });
      }
      if (read_only && findWriting(text) !== undefined) throw new ToolcribError('write_refused');
      return database.run({ text, parameters: {}, read_only }, ctx);
    };
  },
};
