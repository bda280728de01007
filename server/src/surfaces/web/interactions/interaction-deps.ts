// What the pages of interactions are made of.
import type { PublicAddresses } from '../../../base/public-addresses.ts';
import type { Providers } from '../../../credentials/oauth/provider.ts';
import type { Vault } from '../../../credentials/vault/vault.ts';
import type { CatalogueOf } from '../../../definitions/tenant-catalogues.ts';
import type { IdentityDeps } from '../../../identity/api-keys.ts';
import type { Identify } from '../../../identity/principal.ts';
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
}
