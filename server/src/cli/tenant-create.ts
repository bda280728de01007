// toolcrib tenant create: the operator makes a tenant with its owner and a first key.
import { createTenant } from '../identity/tenants.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { configOf } from './config-option.ts';
import { invitationLink } from './invitation-link.ts';
import { asOperator, operatorOptions } from './operator.ts';

export const tenantCreateCommand: Command = {
  name: 'tenant create',
  summary: 'Make a tenant with its owner and a first API key, as the operator',
  words: 'SLUG --email ADDRESS [--name NAME]',
  options: {
    email: { value: 'ADDRESS', description: 'E-mail address of the owner' },
    name: { value: 'NAME', description: 'Name of the tenant; by default its slug' },
    ...operatorOptions,
  },
  run: async (input, io) => {
    const [slug] = input.words;
    const { email, name } = input.options;
    if (slug === undefined || input.words.length > 1)
      throw wrongUsage(tenantCreateCommand, 'The tenant needs one slug');
    if (email === undefined) throw wrongUsage(tenantCreateCommand, 'The tenant needs an owner', '--email ADDRESS');
    const made = await asOperator(input, (deps) =>
      createTenant(deps, { slug, name: name ?? slug, owner: { email, name: email } }),
    );
    io.err(`The owner sets a password, once, at ${invitationLink(configOf(input), made.invitation)}\n`);
    io.err('The key of the owner is shown this once; only its hash is kept.\n');
    io.out(`${made.key}\n`);
    return exit.done;
  },
};
