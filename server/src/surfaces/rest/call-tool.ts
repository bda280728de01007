// POST /v1/tools/{name}/call: one call through the corridor.
import type { CallAnswer, PendingAnswer } from '@toolcrib/client';
import { z } from 'zod';
import { registerWebhook } from '../../interactions/webhooks/register-webhook.ts';
import { checkWebhookUrl } from '../../interactions/webhooks/webhook-url.ts';
import { goneListeners, interactionLink, tokenReader } from '../http.ts';
import { authorizationOf } from '../web/browser.ts';
import type { Operation } from './operation.ts';
import { callAnswer, pendingAnswer } from './schemas.ts';

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
  webhook: z
    .strictObject({ url: z.string().meta({ description: 'https, in the public network' }) })
    .optional()
    .meta({ description: 'Told when what a person must do has ended, should the call pause' }),
});

export const callTool: Operation<unknown, z.output<typeof body>, CallAnswer | PendingAnswer> = {
  id: 'callTool',
  method: 'POST',
  path: '/v1/tools/{name}/call',
  summary: 'Call a tool',
  guard: { kind: 'corridor' },
  audit: { kind: 'call' },
  params: { name: 'Name of the tool' },
  body,
  output: z.union([callAnswer, pendingAnswer]),
  status: (answer) => ('pending' in answer ? 202 : 200),
  answers: { 200: callAnswer, 202: pendingAnswer },
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
    'input_required',
    'input_refused',
    'handoff_ended',
    'calls_nested',
    'result_invalid',
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
  handle: async ({ params, body: { arguments: args, cursor, webhook }, exchange }, deps) => {
    const url = webhook === undefined ? undefined : checkWebhookUrl(webhook.url, deps.mode);
    const authorization = authorizationOf(exchange);
    const outcome = await deps.corridor.call({
      surface: 'rest',
      authorization,
      host: exchange.request.headers.host,
      tokenOf: tokenReader(exchange),
      tool: params['name'] ?? '',
      args,
      cursor,
      on_gone: goneListeners(exchange),
    });
    const { call_id } = outcome;
    if (outcome.kind === 'result') return { call_id, result: outcome.result };
    const { interaction, code } = outcome.error;
    if (interaction !== undefined && url !== undefined) {
      const wanted = { interaction_id: interaction.id, call_id, url };
      await registerWebhook(deps, await deps.identify(authorization), wanted);
    }
    if (interaction === undefined || code !== 'handoff_required') throw outcome.error;
    exchange.response.setHeader('link', interactionLink(interaction));
    const status_url = deps.addresses.urlFor(exchange.request.headers.host, `/v1/interactions/${interaction.id}`);
    return { call_id, pending: { ...interaction, status_url } };
  },
};
