// POST /v1/webhook-secret/rotate: a new one; the one before signs beside it for a day.
import type { WebhookSecret } from '@toolcrib/client';
import { actorOf } from '../../identity/principal.ts';
import { rotateSecret } from '../../interactions/webhooks/webhook-secret.ts';
import { secretOnWire } from './get-webhook-secret.ts';
import type { Operation } from './operation.ts';
import { webhookSecret } from './webhook-schemas.ts';

export const rotateWebhookSecret: Operation<unknown, unknown, WebhookSecret> = {
  id: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v1/webhook-secret/rotate',
  summary: 'Change what webhooks are signed with; the old secret signs beside the new one for a day',
  guard: { kind: 'permission', permission: 'webhooks.manage' },
  audit: { kind: 'change' },
  params: {},
  output: webhookSecret,
  errors: ['vault_unavailable'],
  handle: async ({ principal }, deps) =>
    secretOnWire(await rotateSecret(deps, principal.tenant_id, actorOf(principal))),
};
