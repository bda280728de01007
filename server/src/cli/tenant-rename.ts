// toolcrib tenant rename: another name; the slug stays, it is in links and files.
import { changeTenant } from '../identity/tenants.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { asOperator, operatorOptions, tenantOf } from './operator.ts';

export const tenantRenameCommand: Command = {
  name: 'tenant rename',
  summary: 'Give a tenant another name, as the operator',
  words: 'SLUG NAME',
  options: operatorOptions,
  run: async (input, io) => {
    const [slug, name] = input.words;
    if (slug === undefined || name === undefined || input.words.length > 2) {
      throw wrongUsage(tenantRenameCommand, 'A slug and a name are needed');
    }
    if (name.length > 200) throw wrongUsage(tenantRenameCommand, 'The name has more than 200 characters');
    await asOperator(input, async (deps) => {
      const { id } = await tenantOf(tenantRenameCommand, deps, slug);
      await changeTenant(deps, id, { name });
    });
    io.out(`${slug} is called "${name}" now.\n`);
    return exit.done;
  },
};
