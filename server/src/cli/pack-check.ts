// toolcrib pack check: everything that is wrong with a pack, before it is installed; for its author and for CI.
import { resolve } from 'node:path';
import type { Fault } from '../base/errors.ts';
import { processEnvironment } from '../base/config.ts';
import { findPacks } from '../packs/find-packs.ts';
import { lintPack } from '../packs/lint-pack.ts';
import { loadPack } from '../packs/load-pack.ts';
import { readPackFiles } from '../packs/read-pack-files.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { showFaults } from './show-error.ts';

interface CheckedPack {
  readonly folder: string;
  readonly code: string | null;
  readonly tools: readonly string[];
  readonly faults: readonly Fault[];
}

export const packCheckCommand: Command = {
  name: 'pack check',
  summary: 'Validate packs: manifest, modules, schemas, and what makes a good one. Runs their modules',
  words: 'DIR …',
  options: {
    output: {
      value: 'text|json',
      description: 'Form of the answer: {ok, packs: [{folder, code, tools, faults}]} as JSON',
    },
  },
  run: async (input, io) => {
    const { output = 'text' } = input.options;
    if (output !== 'text' && output !== 'json')
      throw wrongUsage(packCheckCommand, `There is no output form "${output}"`);
    if (input.words.length === 0) throw wrongUsage(packCheckCommand, 'A folder is needed');
    const found = await findPacks(input.words.map((folder) => resolve(folder)));
    const packs: CheckedPack[] = [];
    for (const folder of found.folders) packs.push(await checkPack(folder));
    const faults = [...found.faults, ...packs.flatMap((pack) => pack.faults)];
    const ok = faults.length === 0 && packs.length > 0;
    if (output === 'json') io.out(`${JSON.stringify({ ok, packs, faults: found.faults }, undefined, 2)}\n`);
    else if (packs.length === 0 && faults.length === 0) io.out('There is no manifest.yaml in or below the folder.\n');
    else if (!ok) io.out(`${faults.length} fault(s):\n${showFaults(faults)}`);
    else
      for (const { code, tools } of packs)
        io.out(`${code ?? ''}: no faults; ${tools.length} tool(s): ${tools.join(', ')}\n`);
    return ok ? exit.done : exit.failed;
  },
};

/** What the server would refuse, and what the author should do better. */
async function checkPack(folder: string): Promise<CheckedPack> {
  const files = await readPackFiles(folder);
  const loaded = await loadPack(files, processEnvironment);
  const pack = 'pack' in loaded ? loaded.pack : undefined;
  const faults = [...('faulty' in loaded ? loaded.faulty.faults : []), ...lintPack(files, pack)];
  const code = pack?.code ?? ('faulty' in loaded ? loaded.faulty.code : undefined);
  return {
    folder: files.shown,
    code: code ?? null,
    tools: pack?.tools.map(({ definition }) => definition.name) ?? [],
    faults,
  };
}
