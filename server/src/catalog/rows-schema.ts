// The JSON Schema (2020-12) of what a tool answers that answers rows: the same for all of them, because a database decides
// columns and types when it answers.
import type { JsonObject } from '../base/json.ts';

const cut: JsonObject = {
  type: 'object',
  description: 'The answer was cut; the cursor goes on after its last row.',
  properties: {
    by: { enum: ['rows', 'bytes'] },
    limit: { type: 'integer' },
    cursor: { type: 'string' },
  },
  required: ['by', 'limit'],
};

export const rowsSchema: JsonObject = {
  type: 'object',
  properties: {
    rows: {
      type: 'array',
      description:
        'One object per row, keyed by column. Integers beyond 2^53, longer decimals, dates, times, NaN and infinities are strings; binary is base64.',
      items: { type: 'object' },
      'x-toolcrib-large-numbers': 'string',
      'x-toolcrib-binary': 'base64',
    },
    affected_rows: { type: 'integer', description: 'Rows that a writing statement has changed.' },
    truncated: cut,
  },
  required: ['rows'],
};
