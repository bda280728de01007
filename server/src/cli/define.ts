// toolcrib define: what tool files hold, defined for the tenant over the API. Nothing is saved unless all of it can be.
import { readFile, stat } from 'node:fs/promises';
import type { DefinitionsBody, DefinitionsCheck, ToolcribClient } from '@toolcrib/client';
import { isJsonObject } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { toPlain } from '../catalog/located.ts';
import { splitFile } from '../catalog/split-file.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, Io } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { showFaults } from './show-error.ts';
import { visibleLines } from './terminal.ts';

/** In the order in which they need each other. */
const sections = [
  { entity: 'source', section: 'sources' },
  { entity: 'tool', section: 'tools' },
  { entity: 'toolset', section: 'toolsets' },
] as const;

type Sections = Record<(typeof sections)[number]['section'], Record<string, JsonObject>>;

export const defineCommand: Command = {
  name: 'define',
  summary: 'Define the sources, tools and toolsets of tool files for your tenant',
  words: 'FILE …',
  options: { ...remoteOptions, 'dry-run': { description: 'Only check whether they could be saved' } },
  run: async (input, io) => {
    if (input.words.length === 0) throw wrongUsage(defineCommand, 'A tool file is needed');
    const client = remote(defineCommand, input);
    const body: Sections = { sources: {}, tools: {}, toolsets: {} };
    for (const file of input.words) await readInto(body, file);
    const checked = await client.checkDefinitions(body);
    show(checked, io);
    if (!checked.ok) return exit.failed;
    const count = sections.reduce((sum, { section }) => sum + Object.keys(body[section]).length, 0);
    if (input.switches.has('dry-run')) {
      io.err(`${count} definition(s) could be saved.\n`);
      return exit.done;
    }
    await saveAll(client, body);
    io.err(`${count} definition(s) saved.\n`);
    return exit.done;
  },
};

/** Throws `usage_invalid`. */
async function readInto(body: Sections, file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw wrongUsage(defineCommand, `${file} cannot be read`);
  if (found.size > limits.config_file_bytes) throw wrongUsage(defineCommand, `${file} is too large`);
  const { entities, faults } = splitFile(await readFile(file, 'utf8'), file);
  if (faults.length > 0) throw wrongUsage(defineCommand, `${file} has faults`, `toolcrib check ${file}`);
  for (const { entity, name, body: located } of entities) {
    const place = sections.find((one) => one.entity === entity);
    if (place === undefined) throw wrongUsage(defineCommand, `${file}: a ${entity} cannot be defined over the API`);
    const plain = toPlain(located);
    const fields = Array.isArray(plain) ? { tools: plain } : plain;
    if (!isJsonObject(fields)) throw wrongUsage(defineCommand, `${file}: the ${entity} ${name} has no fields`);
    if (Object.hasOwn(body[place.section], name)) {
      throw wrongUsage(defineCommand, `${file}: the ${entity} ${name} is there twice`);
    }
    body[place.section][name] = fields;
  }
}

function show({ faults, warnings, to_approve }: DefinitionsCheck, io: Io): void {
  if (faults.length > 0) io.err(visibleLines(`${faults.length} fault(s):\n${showFaults(faults)}`));
  if (warnings.length > 0) io.err(visibleLines(`${warnings.length} warning(s):\n${showFaults(warnings)}`));
  for (const reason of to_approve) io.err(`${reason}: saving it needs the permission tools.approve.\n`);
}

async function saveAll(client: ToolcribClient, body: DefinitionsBody): Promise<void> {
  for (const { entity, section } of sections) {
    for (const [name, fields] of Object.entries(body[section] ?? {})) await client.saveDefinition(entity, name, fields);
  }
}
