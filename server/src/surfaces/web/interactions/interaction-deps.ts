// What the pages of interactions are made of.
import type { PublicAddresses } from '../../../base/public-addresses.ts';
import type { Providers } from '../../../credentials/oauth/provider.ts';
import type { Vault } from '../../../credentials/vault/vault.ts';
import type { CatalogueOf } from '../../../definitions/tenant-catalogues.ts';
import type { IdentityDeps } from '../../../identity/api-keys.ts';
import type { Identify, Principal } from '../../../identity/principal.ts';
import type { InteractionWaiter } from '../../../interactions/interaction-waiter.ts';

export interface InteractionPageDeps extends IdentityDeps {
  readonly identify: Identify;
  readonly vault: Vault;
  readonly waiter: InteractionWaiter;
  readonly addresses: PublicAddresses;
  readonly catalogueOf: CatalogueOf;
  readonly providers: Providers;
  /** Addresses elsewhere to which a person may go back. */
  readonly return_urls: readonly string[];
  /** After a credential or a choice has changed: this process sees it at once. */
  readonly forgetIdentities: () => void;
  readonly handOffs: HandOffPages;
}

/** How a hand-off stands for the person who is to do it. */
export interface HandOffView {
  /** `pending`: not begun. */
  readonly status: 'pending' | 'running' | 'succeeded' | 'failed' | 'expired' | 'cancelled';
  /** Whether the person may start now, or start again. */
  readonly may_start: boolean;
}

/** What the page of a hand-off needs; its work is in interactions/handoff/. */
export interface HandOffPages {
  /** Where the browser goes now. Throws `not_found`, `conflict`. */
  start(principal: Principal, interaction_id: string): Promise<{ readonly location: string }>;
  /** Undefined when there is none for this interaction. */
  view(principal: Principal, interaction_id: string): Promise<HandOffView | undefined>;
}
