// POST /v1/tools/{name}/call: one call through the corridor.
import type { CallAnswer } from '@toolcrib/client';
import { z } from 'zod';
import { goneListeners, tokenReader } from '../http.ts';
import { authorizationOf } from '../web/browser.ts';
import type { Operation } from './operation.ts';
import { callAnswer } from './schemas.ts';

const body = z.strictObject({
  /** Checked against the tool's own schema in the corridor, where the errors name the argument. */
  arguments: z
    .unknown()
    .optional()
    .meta({
      description: "Object with the tool's arguments; its schema is in the tool's input_schema",
      examples: [{}],
    }),
  cursor: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Of an answer that was cut, to go on after its last row; with the same arguments' }),
});

export const callTool: Operation<unknown, z.output<typeof body>, CallAnswer> = {
  id: 'callTool',
  method: 'POST',
  path: '/v1/tools/{name}/call',
  summary: 'Call a tool',
  guard: { kind: 'corridor' },
  audit: { kind: 'call' },
  params: { name: 'Name of the tool' },
  body,
  output: callAnswer,
  errors: [
    'unauthenticated',
    'forbidden',
    'tool_not_found',
    'token_missing',
    'token_expired',
    'token_refused',
    'issuer_unavailable',
    'connect_required',
    'choice_required',
    'approval_required',
    'approval_denied',
    'policy_refused',
    'credential_refused',
    'refresh_delayed',
    'variable_missing',
    'rate_limited',
    'arguments_invalid',
    'cursor_invalid',
    'calls_limited',
    'call_timed_out',
    'source_unavailable',
    'statement_failed',
    'write_refused',
    'result_too_large',
    'tool_failed',
    'audit_unavailable',
    'record_delayed',
    'stopping',
  ],
  handle: async ({ params, body: { arguments: args, cursor }, exchange }, { corridor }) => {
    const outcome = await corridor.call({
      surface: 'rest',
      authorization: authorizationOf(exchange),
      host: exchange.request.headers.host,
      tokenOf: tokenReader(exchange),
      tool: params['name'] ?? '',
      args,
      cursor,
      on_gone: goneListeners(exchange),
    });
    if (outcome.kind === 'error') throw outcome.error;
    return { call_id: outcome.call_id, result: outcome.result };
  },
};
