// Which calls a command about policies means: `--tool NAME` or `--danger LEVEL`, one of them.
import { dangerLevels } from '../interactions/policies.ts';
import type { DangerLevel } from '../interactions/policies.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput, Option } from './command.ts';

export const subjectOptions: Readonly<Record<string, Option>> = {
  tool: { value: 'NAME', description: 'Calls of this tool' },
  danger: { value: dangerLevels.join('|'), description: 'Calls of every tool of this danger level' },
};

export type SubjectWords = { readonly tool: string } | { readonly danger: DangerLevel };

/** Throws `usage_invalid`. */
export function readSubject(command: Command, { options }: CommandInput): SubjectWords {
  const { tool, danger } = options;
  if (tool !== undefined && danger === undefined) return { tool };
  const level = dangerLevels.find((one) => one === danger);
  if (tool === undefined && level !== undefined) return { danger: level };
  throw wrongUsage(command, 'Say which calls: --tool NAME, or --danger with one of its levels');
}
