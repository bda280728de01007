// What the very first start makes, so that a new user can call a tool at once.
import { ToolcribError } from '../base/errors.ts';
import type { IdentityDeps } from './api-keys.ts';
import { createTenant } from './tenants.ts';

const first = { slug: 'default', name: 'Default', owner: { email: 'owner@localhost', name: 'Owner' } } as const;

/** Makes the first tenant when there is none. When several processes start at once, one of them makes it. */
export async function makeFirstTenant(
  deps: IdentityDeps,
): Promise<
  | { readonly tenant_slug: string; readonly email: string; readonly key: string; readonly invitation: string }
  | undefined
> {
  const some = await deps.store.asOperator((db) => db.selectFrom('tenant').select('id').limit(1).executeTakeFirst());
  if (some !== undefined) return undefined;
  try {
    const { key, invitation } = await createTenant(deps, first);
    return { tenant_slug: first.slug, email: first.owner.email, key, invitation };
  } catch (thrown) {
    if (thrown instanceof ToolcribError && thrown.code === 'conflict') return undefined;
    throw thrown;
  }
}
