// toolcrib pack show: the tools of a pack, and each setting with its value and where it comes from.
import type { PackField } from '@toolcrib/client';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const packShowCommand: Command = {
  name: 'pack show',
  summary: 'Show the tools of a pack, its settings and where each value comes from',
  words: 'CODE',
  options: {
    ...remoteOptions,
    workspace: { value: 'ID', description: 'As calls in this workspace have them' },
    output: { value: 'text|json', description: 'Form of the answer' },
  },
  run: async (input, io) => {
    const [code] = input.words;
    if (code === undefined || input.words.length > 1) throw wrongUsage(packShowCommand, 'One pack is needed');
    const { workspace: workspace_id, output = 'text' } = input.options;
    const client = remote(packShowCommand, input);
    const pack = await client.getPack(code, workspace_id === undefined ? {} : { workspace_id });
    if (output === 'json') {
      io.out(`${JSON.stringify(pack, undefined, 2)}\n`);
      return exit.done;
    }
    const state = pack.type === 'system' ? 'there for every tenant' : pack.enabled ? 'on' : 'off';
    io.out(`${pack.display_name} (${pack.code} ${pack.version}), ${state}\n`);
    if (pack.description !== '') io.out(`${pack.description}\n`);
    const tools = pack.tool_list.map((tool) => [tool.name, tool.danger, tool.category, tool.systems.join(', ')]);
    io.out(`\n${table(['tool', 'danger', 'category', 'account'], tools)}`);
    const fields = pack.fields.map((field) => [
      ...[field.name, field.required ? 'yes' : '', valueOf(field), field.origin ?? '', field.problem ?? ''],
    ]);
    if (fields.length > 0) io.out(`\n${table(['setting', 'required', 'value', 'from', 'problem'], fields)}`);
    const { connection_type, remote_cluster_url, remote_connection_id } = pack.connection;
    if (connection_type === 'remote') {
      io.out(`\nRemote connection ${remote_connection_id ?? '(no id)'} at ${remote_cluster_url ?? '(no address)'}\n`);
    }
    return exit.done;
  },
};

function valueOf({ secret, is_set, value }: PackField): string {
  if (secret) return is_set ? '(set)' : '(not set)';
  return value === null ? '' : String(value);
}
