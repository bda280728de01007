// toolcrib credentials revoke: the emergency, by the operator on the database itself. Everything that fits ends here first,
// in all tenants; then grant after grant at the providers, going on after failures.
import { processEnvironment } from '../base/config.ts';
import { createTenantHttp } from '../base/tenant-http.ts';
import { createLog } from '../base/log.ts';
import type { Receipt } from '../credentials/oauth/receipts.ts';
import { endAll, takeAwayAll } from '../credentials/oauth/revoke.ts';
import type { EndDeps } from '../credentials/oauth/end-grant.ts';
import type { GrantPlace } from '../credentials/oauth/grant-lease.ts';
import { createVault } from '../credentials/vault/create-vault.ts';
import { openMasterKeys } from '../credentials/vault/open-master-keys.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { findTenant, listTenants } from '../identity/tenants.ts';
import type { Tenant } from '../identity/tenants.ts';
import { openOauth, openProviders } from '../open-oauth.ts';
import { addPackProviders } from '../open-packs.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput, Io } from './command.ts';
import { configOf } from './config-option.ts';
import { asOperator, operatorOptions } from './operator.ts';
import { table } from './table.ts';

export const credentialsRevokeCommand: Command = {
  name: 'credentials revoke',
  summary: 'As the operator: end all credentials of a tenant or a provider, here and at the providers, with receipts',
  words: '(--tenant SLUG | --provider NAME | --all)',
  options: {
    tenant: { value: 'SLUG', description: 'Only of this tenant' },
    provider: { value: 'NAME', description: 'Only grants of this provider' },
    all: { description: 'Every credential of every tenant' },
    ...operatorOptions,
  },
  run: async (input, io) => {
    const { tenant: slug, provider } = input.options;
    const is_all = input.switches.has('all');
    if (input.words.length > 0 || is_all === (slug !== undefined || provider !== undefined)) {
      throw wrongUsage(credentialsRevokeCommand, 'Either a tenant, a provider or both are needed, or --all');
    }
    return asOperator(input, async (deps) => {
      const tenants = await tenantsOf(deps, slug);
      return withProviders(input, deps, (ender) => revoke(ender, io, { tenants, provider }));
    });
  },
};

async function tenantsOf(deps: IdentityDeps, slug: string | undefined): Promise<readonly Tenant[]> {
  if (slug === undefined) return listTenants(deps);
  const tenant = await findTenant(deps, slug);
  if (tenant === undefined) throw wrongUsage(credentialsRevokeCommand, `There is no tenant "${slug}"`);
  return [tenant];
}

/** Vault and providers as the server has them, for the time of `work`. */
async function withProviders<T>(
  input: CommandInput,
  { store, clock, ids }: IdentityDeps,
  work: (deps: EndDeps) => Promise<T>,
): Promise<T> {
  const config = configOf(input);
  const log = createLog({ level: 'error' });
  const { master } = await openMasterKeys({ store, log }, config);
  const vault = createVault({ store, clock, ids, log, master });
  const tenant_http = createTenantHttp({ allowed_private: config.allowed_private });
  try {
    const providers = await openProviders(processEnvironment, config);
    await addPackProviders(providers, processEnvironment, config);
    return await work(openOauth({ store, vault, clock, ids, log, tenant_http, providers }, config));
  } finally {
    await tenant_http.close();
  }
}

async function revoke(
  deps: EndDeps,
  io: Io,
  { tenants, provider }: { readonly tenants: readonly Tenant[]; readonly provider: string | undefined },
): Promise<number> {
  const slugs = new Map(tenants.map(({ id, slug }) => [id, slug]));
  const rows: (readonly string[])[] = [];
  const by_hand = new Set<string>();
  const show = (slug: string, { system, account, outcome, instructions }: Receipt): void => {
    rows.push([slug, system, account ?? '', outcome]);
    if (instructions !== null) by_hand.add(`${system}: ${instructions}\n`);
  };
  const grants: GrantPlace[] = [];
  let failed = 0;
  for (const { id: tenant_id, slug } of tenants) {
    try {
      const taken = await takeAwayAll(deps, 'operator', { tenant_id, which: { provider } });
      grants.push(...taken.grants);
      for (const receipt of taken.receipts) show(slug, receipt);
    } catch (error) {
      failed += 1;
      deps.log.error('credentials-not-taken-away', { tenant: slug, error });
      io.err(`The credentials of "${slug}" could not be ended; the others were.\n`);
    }
  }
  io.err(
    `${grants.length + rows.length} credential(s) are ended here. ${grants.length} grant(s) end at their providers …\n`,
  );
  const { receipts, pending } = await endAll(deps, grants, {
    onEnd: ({ tenant_id }, receipt) => {
      if (receipt !== undefined) show(slugs.get(tenant_id) ?? '', receipt);
    },
  });
  io.out(table(['tenant', 'system', 'account', 'outcome'], rows));
  for (const line of by_hand) io.out(line);
  const left = pending + receipts.filter(({ outcome }) => outcome === 'alive' || outcome === 'unknown').length;
  if (left > 0) io.err(`${left} grant(s) are not known to be dead: do by hand what is said above.\n`);
  return left + failed > 0 ? exit.failed : exit.done;
}
