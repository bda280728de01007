// The keyed digest of a call's arguments: what the audit keeps instead of them, and what an approval is bound to. With a key
// of the tenant, because arguments can be guessed. Made once for a call, and only when somebody asks.
import { canonicalJson } from '../base/json.ts';
import type { TenantVault } from '../credentials/vault/vault.ts';
import { known } from './known.ts';
import type { CorridorDeps, Walk } from './walk.ts';

/** As they go to the tool, once they are checked; else as they came. */
export function argumentsDigest(walk: Walk, deps: CorridorDeps): string | Promise<string> {
  if (walk.arguments_digest !== undefined) return walk.arguments_digest;
  const vault = deps.vault.of(known(walk.principal).tenant_id);
  return vault instanceof Promise ? vault.then((opened) => digest(walk, opened)) : digest(walk, vault);
}

function digest(walk: Walk, vault: TenantVault): string {
  return (walk.arguments_digest ??= vault.digest(canonicalJson(walk.args ?? walk.request.args ?? {})));
}
