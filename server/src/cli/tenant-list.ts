// toolcrib tenant list: every tenant of this server, for the operator.
import { listTenants } from '../identity/tenants.ts';
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { asOperator, operatorOptions } from './operator.ts';
import { table } from './table.ts';

export const tenantListCommand: Command = {
  name: 'tenant list',
  summary: 'List the tenants, as the operator',
  words: '',
  options: { ...operatorOptions, json: { description: 'Print them as JSON' } },
  run: async (input, io) => {
    const tenants = (await asOperator(input, (deps) => listTenants(deps))).map(
      ({ id, slug, name, created_at, suspended_at }) => ({
        ...{ id, slug, name, created_at: new Date(created_at).toISOString() },
        suspended_at: suspended_at === null ? null : new Date(suspended_at).toISOString(),
      }),
    );
    if (input.switches.has('json')) io.out(`${JSON.stringify(tenants, undefined, 2)}\n`);
    else {
      const rows = tenants.map((tenant) => [
        ...[tenant.slug, tenant.name, tenant.created_at],
        tenant.suspended_at === null ? 'open' : `suspended ${tenant.suspended_at}`,
      ]);
      io.out(table(['slug', 'name', 'since', 'state'], rows));
    }
    return exit.done;
  },
};
