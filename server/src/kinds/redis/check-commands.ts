// What is wrong with the commands of a redis tool, told when its file is loaded.
import type { Fault } from '../../base/errors.ts';
import type { Parameter } from '../../catalog/parameters.ts';
import { containerCommands, isScript, refusedCommands, waits, writingCommands } from './redis-commands.ts';

/** An item that is meant as a parameter. */
const placeholder = /^\$[A-Za-z_]\w*$/;
const command_name = /^[A-Za-z][\w.-]*$/;

/** Faults of the commands and of the parameters that they use. Paths are relative to the tool. */
export function checkCommands(
  commands: readonly (readonly string[])[],
  parameters: readonly Parameter[],
  read_only: boolean,
): readonly Fault[] {
  const names = new Set(parameters.map(({ name }) => `$${name}`));
  const used = new Set(commands.flat());
  return [
    ...commands.flatMap((items, index) => [
      ...checkName(items, `commands[${index}]`, read_only),
      ...checkFixed(items, `commands[${index}]`, names),
      ...items.flatMap((item, place) => checkItem(item, `commands[${index}][${place}]`, names)),
    ]),
    ...parameters.flatMap((parameter, index) => checkParameter(parameter, `parameters[${index}]`, used)),
  ];
}

function checkName([name = '']: readonly string[], path: string, read_only: boolean): readonly Fault[] {
  const command = name.toLowerCase();
  const shown = name.toUpperCase();
  if (!command_name.test(name)) {
    return [
      {
        path: `${path}[0]`,
        message: 'Not the name of a command',
        hint: 'Write the name as the first item and every argument as one more; no parameter may stand for the name.',
      },
    ];
  }
  if (refusedCommands.has(command)) {
    return [
      {
        path: `${path}[0]`,
        message: `No tool runs ${shown}`,
        hint: 'It changes the connection or the server, waits, or destroys more than keys.',
      },
    ];
  }
  if (!read_only || !writingCommands.has(command)) return [];
  const reading = isScript(command) ? ` For a script that reads, write ${shown}_RO.` : '';
  return [
    {
      path: `${path}[0]`,
      message: `A read-only tool cannot run ${shown}`,
      hint: `Write "readOnly: false" on a tool that is meant to write.${reading}`,
    },
  ];
}

/** What decides what a command does must be in the file: the second word of some, the script of others. */
function checkFixed(items: readonly string[], path: string, names: ReadonlySet<string>): readonly Fault[] {
  const command = (items[0] ?? '').toLowerCase();
  const faults: Fault[] = [];
  if ((containerCommands.has(command) || isScript(command)) && names.has(items[1] ?? '')) {
    const message = isScript(command) ? 'A parameter cannot be a script' : 'A parameter cannot say what a command does';
    faults.push({ path: `${path}[1]`, message, hint: 'Write it in the file, and pass values as its arguments.' });
  }
  if (waits(items)) {
    faults.push({ path, message: 'A tool cannot wait for data', hint: 'Remove BLOCK.' });
  }
  return faults;
}

function checkItem(item: string, path: string, names: ReadonlySet<string>): readonly Fault[] {
  if (names.has(item) || !placeholder.test(item)) return [];
  const known = names.size === 0 ? 'The tool has no parameters.' : `There are ${[...names].join(', ')}.`;
  return [{ path, message: `The placeholder ${item} has no parameter`, hint: `${known} Add it, or correct the name.` }];
}

function checkParameter(parameter: Parameter, path: string, used: ReadonlySet<string>): readonly Fault[] {
  const { name, type, items, required, default: fallback } = parameter;
  const faults: Fault[] = [];
  if (!used.has(`$${name}`)) {
    const message = `No command uses the parameter "${name}"`;
    faults.push({ path, message, hint: `Write $${name} as an item of a command, or remove the parameter.` });
  }
  if (type === 'map' || items?.type === 'array' || items?.type === 'map') {
    const message = 'Redis has no arguments of this type';
    faults.push({ path: `${path}.type`, message, hint: 'Use a string, a number, or a list of these.' });
  }
  if (!required && (fallback === undefined || fallback === null) && parameter.filled_from === undefined) {
    const message = 'Redis has no null: an optional parameter needs a default';
    faults.push({ path, message, hint: 'Write a default, or remove "required: false".' });
  }
  return faults;
}
