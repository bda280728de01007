// toolcrib pack list: which packs there are, and which of them the tenant has.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const packListCommand: Command = {
  name: 'pack list',
  summary: 'List the packs of the server, and which of them the tenant has',
  words: '',
  options: remoteOptions,
  run: async (input, io) => {
    const { packs } = await remote(packListCommand, input).listPacks();
    const rows = packs.map(({ code, version, type, enabled, configured, tools, display_name }) => [
      ...[code, version, type, enabled ? 'on' : 'off', configured ? 'yes' : 'lacks settings', String(tools)],
      display_name,
    ]);
    io.out(table(['code', 'version', 'type', 'state', 'configured', 'tools', 'name'], rows));
    return exit.done;
  },
};
