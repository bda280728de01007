// toolcrib pack enable, pack disable: whether the tenant has the tools of a feature pack.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const packEnableCommand: Command = {
  name: 'pack enable',
  summary: 'Turn a feature pack on for the tenant',
  words: 'CODE',
  options: remoteOptions,
  run: async (input, io) => {
    const [code] = input.words;
    if (code === undefined || input.words.length > 1) throw wrongUsage(packEnableCommand, 'One pack is needed');
    const { configured } = await remote(packEnableCommand, input).setPack(code, { enabled: true });
    io.err(`${code} is on.${configured ? '' : ` It lacks settings: toolcrib pack show ${code}`}\n`);
    return exit.done;
  },
};

export const packDisableCommand: Command = {
  name: 'pack disable',
  summary: 'Turn a feature pack off for the tenant; its settings stay',
  words: 'CODE',
  options: remoteOptions,
  run: async (input, io) => {
    const [code] = input.words;
    if (code === undefined || input.words.length > 1) throw wrongUsage(packDisableCommand, 'One pack is needed');
    await remote(packDisableCommand, input).setPack(code, { enabled: false });
    io.err(`${code} is off.\n`);
    return exit.done;
  },
};
