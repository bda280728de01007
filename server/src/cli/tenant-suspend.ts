// toolcrib tenant suspend, toolcrib tenant resume: nobody of the tenant gets in, and again.
import { changeTenant } from '../identity/tenants.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { asOperator, operatorOptions, tenantOf } from './operator.ts';

export const tenantSuspendCommand = switching('suspend', {
  suspended: true,
  summary: 'Let nobody of a tenant in any more, as the operator; running servers follow within a second',
  done: 'is suspended: keys, sessions, sign-in and invitations are refused',
});

export const tenantResumeCommand = switching('resume', {
  suspended: false,
  summary: 'Let the people of a suspended tenant in again, as the operator',
  done: 'is open again',
});

function switching(
  verb: string,
  { suspended, summary, done }: { readonly suspended: boolean; readonly summary: string; readonly done: string },
): Command {
  const command: Command = {
    name: `tenant ${verb}`,
    summary,
    words: 'SLUG',
    options: operatorOptions,
    run: async (input, io) => {
      const [slug] = input.words;
      if (slug === undefined || input.words.length > 1) throw wrongUsage(command, 'One slug is needed');
      await asOperator(input, async (deps) => {
        const { id } = await tenantOf(command, deps, slug);
        await changeTenant(deps, id, { suspended });
      });
      io.out(`${slug} ${done}.\n`);
      return exit.done;
    },
  };
  return command;
}
