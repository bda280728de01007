// toolcrib key create: over a running server with a key of one's own, or by the operator on the database itself.
import { systemClock } from '../base/clock.ts';
import { processEnvironment } from '../base/config.ts';
import { createApiKey, isPermission } from '../identity/api-keys.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { listMembers } from '../identity/members.ts';
import { permissions, rolePermissions } from '../identity/permissions.ts';
import { findTenant } from '../identity/tenants.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { asOperator, operatorOptions } from './operator.ts';
import { remote, remoteOptions } from './remote.ts';

export const keyCreateCommand: Command = {
  name: 'key create',
  summary: 'Make an API key: over a running server with your own key, or as the operator on its database',
  words: 'NAME',
  options: {
    ...remoteOptions,
    scope: {
      value: 'PERMISSION',
      repeatable: true,
      description: `One of ${permissions.join(', ')}; by default all of the role`,
    },
    workspace: { value: 'SLUG', description: 'Where its calls are made; by default where yours are' },
    'expires-in-days': { value: 'N', description: 'When the key ends; by default never' },
    tenant: { value: 'SLUG', description: 'As the operator: whose key, with --email' },
    email: { value: 'ADDRESS', description: 'As the operator: the member for whom the key is made' },
    ...operatorOptions,
  },
  run: async (input, io) => {
    const [name] = input.words;
    if (name === undefined || input.words.length > 1) throw wrongUsage(keyCreateCommand, 'The key needs one name');
    const secret =
      input.options['tenant'] === undefined ? await overServer(name, input) : await onDatabase(name, input);
    io.err('The key is shown this once; only its hash is kept.\n');
    io.out(`${secret}\n`);
    return exit.done;
  },
};

async function overServer(name: string, input: CommandInput): Promise<string> {
  if (input.options['key'] === undefined && processEnvironment('TOOLCRIB_KEY') === undefined) {
    throw wrongUsage(
      keyCreateCommand,
      'Either a key of your own or a tenant is needed',
      'export TOOLCRIB_KEY=tc_…, or as the operator: --tenant SLUG --email ADDRESS',
    );
  }
  const scopes = scopesOf(input);
  const expires_at = expiryOf(input, systemClock.now());
  const { secret } = await remote(keyCreateCommand, input).createKey({
    name,
    ...(scopes === undefined ? {} : { scopes }),
    ...(expires_at === null ? {} : { expires_at: new Date(expires_at).toISOString() }),
    ...workspaceOf(input),
  });
  return secret;
}

async function onDatabase(name: string, input: CommandInput): Promise<string> {
  const { tenant = '', email = '' } = input.options;
  const scopes = scopesOf(input);
  return asOperator(input, async (deps) => {
    const { tenant_id, user_id, role } = await memberOf(deps, tenant, email);
    const { text } = await createApiKey(deps, 'operator', {
      tenant_id,
      user_id,
      name,
      scopes: scopes ?? rolePermissions[role],
      expires_at: expiryOf(input, deps.clock.now()),
      ...workspaceOf(input),
    });
    return text;
  });
}

async function memberOf(deps: IdentityDeps, slug: string, email: string) {
  const tenant = await findTenant(deps, slug);
  if (tenant === undefined) throw wrongUsage(keyCreateCommand, `There is no tenant "${slug}"`);
  const members = await listMembers(deps, tenant.id);
  const member = members.find((one) => one.email === email.toLowerCase());
  if (member === undefined) {
    throw wrongUsage(
      keyCreateCommand,
      `"${email}" is no member of "${slug}"`,
      `--email with one of: ${members.map((one) => one.email).join(', ')}`,
    );
  }
  return { tenant_id: tenant.id, user_id: member.user_id, role: member.role };
}

function workspaceOf({ options: { workspace } }: CommandInput): { readonly workspace?: string } {
  return workspace === undefined ? {} : { workspace };
}

function scopesOf({ lists }: CommandInput) {
  const scopes = lists['scope'];
  if (scopes === undefined) return undefined;
  const wrong = scopes.find((scope) => !isPermission(scope));
  if (wrong !== undefined)
    throw wrongUsage(keyCreateCommand, `There is no permission "${wrong}"`, `one of ${permissions.join(', ')}`);
  return scopes.filter((scope) => isPermission(scope));
}

function expiryOf({ options }: CommandInput, now: number): number | null {
  const days = options['expires-in-days'];
  if (days === undefined) return null;
  if (!/^[1-9]\d{0,4}$/.test(days)) throw wrongUsage(keyCreateCommand, '--expires-in-days takes a whole number from 1');
  return now + Number(days) * 24 * 60 * 60_000;
}
