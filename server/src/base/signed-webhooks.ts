// Signatures of the Standard Webhooks scheme (standard-webhooks, spec 1.0.0), symmetric: `v1` alone. Whoever receives one
// also looks whether the id was seen before.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface WebhookMessage {
  /** The header `webhook-id`: the same at every attempt. */
  readonly id: string;
  /** The header `webhook-timestamp`: seconds since 1970. */
  readonly timestamp_s: number;
  /** As it is sent, byte for byte. */
  readonly body: string;
}

const prefix = 'whsec_';

/** Of the secrets that we make. */
export const signing_secret_bytes = 32;

/** `whsec_…` of these bytes; the scheme wants 24 to 64. */
export function webhookSecret(bytes: Buffer): string {
  return `${prefix}${bytes.toString('base64')}`;
}

/** The header `webhook-signature`: one signature per secret, so that a secret can be changed without a gap. */
export function signWebhook(message: WebhookMessage, secrets: readonly string[]): string {
  return secrets.map((secret) => `v1,${digest(message, secret).toString('base64')}`).join(' ');
}

export interface ReceivedWebhook extends WebhookMessage {
  /** The header `webhook-signature`. */
  readonly signature: string;
}

/** Whether one of the signatures is right and the time within the tolerance. */
export function isSignedWebhook(
  received: ReceivedWebhook,
  { secret, now, tolerance_ms }: { readonly secret: string; readonly now: number; readonly tolerance_ms: number },
): boolean {
  if (!(Math.abs(received.timestamp_s * 1_000 - now) <= tolerance_ms)) return false;
  const wanted = digest(received, secret);
  return received.signature.split(' ').some((one) => {
    const [version, text = ''] = one.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

function digest({ id, timestamp_s, body }: WebhookMessage, secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp_s}.${body}`).digest();
}
