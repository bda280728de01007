// GET /v1/webhook-secret: what the tenant's webhooks are signed with, for whoever sets up a receiver.
import type { WebhookSecret } from '@toolcrib/client';
import { actorOf } from '../../identity/principal.ts';
import { signingSecret } from '../../interactions/webhooks/webhook-secret.ts';
import type { SigningSecret } from '../../interactions/webhooks/webhook-secret.ts';
import type { Operation } from './operation.ts';
import { webhookSecret } from './webhook-schemas.ts';

export const getWebhookSecret: Operation<unknown, unknown, WebhookSecret> = {
  id: 'getWebhookSecret',
  method: 'GET',
  path: '/v1/webhook-secret',
  summary: 'Show what webhooks are signed with',
  guard: { kind: 'permission', permission: 'webhooks.manage' },
  audit: { kind: 'change' },
  params: {},
  output: webhookSecret,
  errors: ['vault_unavailable'],
  handle: async ({ principal }, deps) =>
    secretOnWire(await signingSecret(deps, principal.tenant_id, actorOf(principal))),
};

export function secretOnWire({ secret, previous_until }: SigningSecret): WebhookSecret {
  return { secret, previous_until: previous_until?.toISOString() ?? null };
}
