// toolcrib pack test: asks the live service behind a pack's remote tools what an adapter would ask it, rightly and wrongly.
import { resolve } from 'node:path';
import { processEnvironment } from '../base/config.ts';
import { ToolcribError } from '../base/errors.ts';
import { createHttpClient } from '../base/http-client.ts';
import { isJsonObject } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { isRemoteBase } from '../kinds/remote/call-remote.ts';
import { checkService } from '../kinds/remote/check-service.ts';
import type { RemoteToolToCheck, ServiceFinding } from '../kinds/remote/check-service.ts';
import type { Manifest } from '../packs/manifest.ts';
import { readManifest } from '../packs/read-manifest.ts';
import { readPackFiles } from '../packs/read-pack-files.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { visibleLines } from './terminal.ts';

export const packTestCommand: Command = {
  name: 'pack test',
  summary: "Check a live service against the contract of remote tools, with the pack's own tools",
  words: 'FOLDER',
  options: {
    url: { value: 'URL', description: 'Base of the service, as in base_url' },
    token: { value: 'TOKEN', description: 'What it takes as "Authorization: Bearer"' },
    connection: { value: 'ID', description: 'Sent as the remote_connection_id of a connection' },
    tool: { value: 'NAME', description: 'Call this tool, whatever effect it has, and no other' },
    args: { value: 'JSON', description: 'Its arguments; by default made from its input_schema and its examples' },
    effects: { description: 'Call every tool, also those that are not read_only or of danger_level low' },
    'timeout-ms': { value: 'N', description: 'The longest time of one answer; 30000' },
  },
  run: async (input, io) => {
    const { base_url, timeout_ms, tools } = await subjectOf(input);
    const { token } = input.options;
    const counts = { ok: 0, failed: 0, skipped: 0 };
    // The person at the terminal names the address: what is private to their machine or network is theirs to try.
    const http = createHttpClient({ allowed_private: [new URL(base_url).hostname.replace(/^\[|\]$/g, '')] });
    try {
      for await (const finding of checkService(http, { base_url, token, tools, timeout_ms })) {
        counts[finding.outcome] += 1;
        io.out(visibleLines(lineOf(finding)));
      }
    } finally {
      await http.close();
    }
    const { ok, failed, skipped } = counts;
    io.out(`${ok} as the contract says, ${failed} not, ${skipped} not tried\n`);
    return failed === 0 ? exit.done : exit.failed;
  },
};

const marks = { ok: 'ok    ', failed: 'FAILED', skipped: 'skip  ' } as const;

function lineOf({ check, outcome, detail }: ServiceFinding): string {
  return `${marks[outcome]}  ${check}: ${detail}\n`;
}

async function subjectOf(input: CommandInput) {
  const [folder, more] = input.words;
  const { url } = input.options;
  if (folder === undefined || more !== undefined) throw wrongUsage(packTestCommand, 'Name the folder of one pack');
  if (url === undefined) throw wrongUsage(packTestCommand, 'Where is the service? Give --url');
  if (!isRemoteBase(url)) throw wrongUsage(packTestCommand, '--url is no http or https address without user and query');
  const timeout_ms = Number(input.options['timeout-ms'] ?? limits.http_request_ms);
  if (!Number.isInteger(timeout_ms) || timeout_ms < 1 || timeout_ms > limits.call_timeout_max_ms) {
    throw wrongUsage(packTestCommand, '--timeout-ms is no number of milliseconds');
  }
  const { manifest, faults } = readManifest(await readPackFiles(resolve(folder)), processEnvironment);
  if (manifest === undefined) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  return { base_url: url, timeout_ms, tools: chosen(remoteToolsOf(manifest, input), input) };
}

/** Without any tool that says `remote`, those whose names are a type and an action: their functions are expected to call it. */
function remoteToolsOf({ tools }: Manifest, { options, switches }: CommandInput): readonly RemoteToolToCheck[] {
  const says_remote = tools.some(({ remote }) => remote !== undefined);
  return tools.flatMap((tool): readonly RemoteToolToCheck[] => {
    const { name, remote, read_only = false, danger_level, input_schema = {} } = tool;
    const [, tool_type, action] = /^([a-z0-9_]+)\.([a-z0-9_]+)$/.exec(name) ?? [];
    const at = says_remote || tool_type === undefined || action === undefined ? remote : { tool_type, action };
    if (at === undefined) return [];
    const may_call = switches.has('effects') || read_only || danger_level === 'low';
    const connection =
      remote === undefined || options['connection'] === undefined
        ? {}
        : { connection: { [remote.connection_parameter]: options['connection'] } };
    const { tool_type: type, action: does } = at;
    return [{ name, tool_type: type, action: does, input_schema, may_call, ...connection }];
  });
}

function chosen(tools: readonly RemoteToolToCheck[], { options }: CommandInput): readonly RemoteToolToCheck[] {
  const { tool: name, args } = options;
  if (name === undefined) {
    if (args !== undefined) throw wrongUsage(packTestCommand, '--args goes with --tool');
    return tools;
  }
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw wrongUsage(packTestCommand, `The pack has no remote tool "${name}"`);
  return [{ ...tool, may_call: true, ...(args === undefined ? {} : { arguments: readArguments(args) }) }];
}

function readArguments(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below, with everything else that is no object.
  }
  throw wrongUsage(packTestCommand, '--args is no JSON object');
}
