// Where a person goes back to when they are done: only to a page of ours or to what the operator has allowed.
import { checkReturn } from '../../../credentials/oauth/return-address.ts';
import type { Exchange } from '../../route.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { InteractionPageDeps } from './interaction-deps.ts';

/** The address when it is allowed; an other one is left out, for the answer matters more than the way back. */
export function returnAddress(
  { addresses, return_urls }: Pick<InteractionPageDeps, 'addresses' | 'return_urls'>,
  exchange: Exchange,
  given: string | null,
): string | undefined {
  if (given === null || given === '') return undefined;
  const own_origin = new URL(addresses.urlFor(exchange.request.headers.host, '/')).origin;
  try {
    return checkReturn(given, { own_origin, allowed: return_urls });
  } catch {
    return undefined;
  }
}

export function returnLink(address: string | undefined): Html {
  if (address === undefined) return html``;
  const where = address.startsWith('/') ? 'Go back' : `Go back to ${new URL(address).host}`;
  return html`<p><a class="button" href="${address}">${where}</a></p>`;
}
