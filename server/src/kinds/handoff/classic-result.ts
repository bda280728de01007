// The fields of the classic contract (handoff.md §1): what a tool has that says nothing of its own.
import type { JsonObject } from '../../base/json.ts';
import type { Parameter } from '../../catalog/parameters.ts';

/** `data` of a result. */
export const classicResult: JsonObject = {
  type: 'object',
  properties: {
    persnr: { type: 'string', description: 'Reference of the person at this client' },
    participant_id: { type: ['string', 'integer'], description: "The client's own number of the attempt" },
    exam: { type: 'string', description: 'Slug of the tool' },
    exam_type: { type: 'string' },
    passed: { type: 'boolean' },
    score: { type: ['number', 'null'] },
    system: { type: 'string', description: 'Reference of the call' },
  },
  required: ['persnr', 'participant_id', 'exam', 'exam_type', 'passed', 'system'],
};

export const classicParameters: readonly Parameter[] = [
  {
    name: 'exam_kind',
    type: 'string',
    description: 'What the client shows; "start" is a first attempt',
    required: false,
    default: 'start',
    constraints: { max_length: 100 },
  },
  {
    name: 'extra_time',
    type: 'boolean',
    description: 'Whether the person gets more time than others',
    required: false,
    default: false,
  },
];
