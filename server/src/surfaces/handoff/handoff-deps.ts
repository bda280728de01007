// What the addresses of the hand-off protocol are made of.
import type { PublicAddresses } from '../../base/public-addresses.ts';
import type { CatalogueOf } from '../../definitions/tenant-catalogues.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import type { Identify } from '../../identity/principal.ts';
import type { HandOffs } from '../../interactions/handoff/create-handoffs.ts';
import type { Corridor } from '../../invoke/call.ts';

export interface HandOffRouteDeps extends IdentityDeps {
  readonly identify: Identify;
  readonly addresses: PublicAddresses;
  readonly catalogueOf: CatalogueOf;
  readonly corridor: Corridor;
  readonly handOffs: HandOffs;
  /** Slug of the tenant whose clients use the addresses without a tenant; the first one when it is not set. */
  readonly handoff_tenant: string | undefined;
}
