// toolcrib invite: over a running server with a key of one's own, or by the operator on the database itself, who can also let
// in again whoever has lost the password.
import { createInvitation } from '../identity/invitations.ts';
import { roles } from '../identity/permissions.ts';
import type { Role } from '../identity/permissions.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { configOf } from './config-option.ts';
import { invitationLink } from './invitation-link.ts';
import { asOperator, operatorOptions, tenantOf } from './operator.ts';
import { remote, remoteOptions } from './remote.ts';

export const inviteCommand: Command = {
  name: 'invite',
  summary: 'Make a link with which a person comes in, or, as the operator, with which a member sets a new password',
  words: '--email ADDRESS [--role ROLE]',
  options: {
    ...remoteOptions,
    email: { value: 'ADDRESS', description: 'E-mail address of the person' },
    name: { value: 'NAME', description: 'Their name; by default the address' },
    role: { value: 'ROLE', description: `One of ${roles.join(', ')}; by default member, of a member their own` },
    tenant: { value: 'SLUG', description: 'As the operator: into which tenant' },
    ...operatorOptions,
  },
  run: async (input, io) => {
    const { email, tenant } = input.options;
    if (input.words.length > 0) throw wrongUsage(inviteCommand, 'It takes options only');
    if (email === undefined) throw wrongUsage(inviteCommand, 'An address is needed', '--email ADDRESS');
    const link = tenant === undefined ? await overServer(email, input) : await onDatabase(tenant, email, input);
    io.err('The link is shown this once, works once, and ends after seven days.\n');
    io.out(`${link}\n`);
    return exit.done;
  },
};

async function overServer(email: string, input: CommandInput): Promise<string> {
  const role = roleOf(input);
  const { name } = input.options;
  const { url } = await remote(inviteCommand, input).createInvitation({
    email,
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role }),
  });
  return url;
}

function onDatabase(slug: string, email: string, input: CommandInput): Promise<string> {
  const { name = email } = input.options;
  const role = roleOf(input);
  return asOperator(input, async (deps) => {
    const { id: tenant_id } = await tenantOf(inviteCommand, deps, slug);
    const { text } = await createInvitation(deps, 'operator', { tenant_id, email: email.toLowerCase(), name, role });
    return invitationLink(configOf(input), text);
  });
}

function roleOf({ options: { role } }: CommandInput): Role | undefined {
  const known = roles.find((one) => one === role);
  if (role !== undefined && known === undefined) {
    throw wrongUsage(inviteCommand, `There is no role "${role}"`, `one of ${roles.join(', ')}`);
  }
  return known;
}
