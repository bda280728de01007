// Whether a webhook may go to an address as it is written. What the address leads to is looked at with every attempt, by the
// guarded client (attack A05).
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { loopbackHosts } from '../../base/public-addresses.ts';

export type ServerMode = 'development' | 'production';

/** Throws `body_invalid`. */
export function checkWebhookUrl(text: string, mode: ServerMode): URL {
  const url = text.length <= limits.webhook_url_characters ? URL.parse(text) : null;
  if (url === null) throw refused(`must be a URL of at most ${limits.webhook_url_characters} characters`);
  if (url.username !== '' || url.password !== '') throw refused('must not carry a user or a password');
  if (url.hash !== '') throw refused('must not have a fragment');
  const is_local = mode === 'development' && url.protocol === 'http:' && loopbackHosts.includes(url.hostname);
  if (url.protocol !== 'https:' && !is_local) throw refused('must begin with https://');
  return url;
}

function refused(message: string): ToolcribError {
  const faults = [{ path: 'body.webhook.url', message }];
  return new ToolcribError('body_invalid', { params: { problem: 'the webhook cannot be sent there' }, faults });
}
