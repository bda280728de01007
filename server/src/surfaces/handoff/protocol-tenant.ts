// Whose addresses are asked: of the tenant in the path, else of the default one. Whoever asks for a tenant that is not there
// is answered like one who asks for a client that is not there.
import type { HandOffSource } from '../../catalog/pauses.ts';
import { findProtocolTenant } from '../../identity/tenants.ts';
import type { ProtocolTenant } from '../../identity/tenants.ts';
import type { Exchange } from '../route.ts';
import type { HandOffRouteDeps } from './handoff-deps.ts';

/** `/t/acme`, or nothing: in front of every address of the protocol. */
export const tenantPrefix = '/t/{tenant}';

export function prefixOf({ params }: Exchange): string {
  const { tenant } = params;
  return tenant === undefined ? '' : `/t/${encodeURIComponent(tenant)}`;
}

/** Undefined when there is none, or it is suspended. */
export function tenantOf(
  { store, handoff_tenant }: HandOffRouteDeps,
  { params }: Exchange,
): Promise<ProtocolTenant | undefined> {
  return findProtocolTenant({ store }, params['tenant'] ?? handoff_tenant);
}

/** The client of this name that the tenant has; undefined when there is none. */
export async function clientOf(
  { catalogueOf }: HandOffRouteDeps,
  { id, catalogue_epoch }: ProtocolTenant,
  name: string,
): Promise<HandOffSource | undefined> {
  const catalogue = await catalogueOf({ tenant_id: id, catalogue_epoch });
  const found = catalogue.visibleSources(id).sources.find((one) => one.name === name && one.source.type === 'handoff');
  return found?.source as HandOffSource | undefined;
}
