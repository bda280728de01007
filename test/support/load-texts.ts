// Loads a catalogue from texts: writes them into a new folder, loads, and removes it.
import { systemClock } from '../../server/src/base/clock.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Fault } from '../../server/src/base/errors.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import { createLog } from '../../server/src/base/log.ts';
import type { Catalogue } from '../../server/src/catalog/catalogue.ts';
import { loadCatalogue } from '../../server/src/catalog/load-catalogue.ts';
import type { LoadInput } from '../../server/src/catalog/catalogue-loader.ts';
import type { ToolScope } from '../../server/src/catalog/tool.ts';
import { closedNetwork } from './closed-network.ts';
import { memoryKinds } from './memory-kinds.ts';

export interface LoadTexts {
  /** Text by file name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** What to load, in this order; by default the folder. */
  readonly load?: readonly { readonly name: string; readonly scope: ToolScope }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly kinds?: LoadInput['kinds'];
  readonly strict?: boolean;
  /** By default one that reaches nothing private. */
  readonly http?: HttpClient;
}

/** The catalogue, and its faults with file names relative to the folder. */
export async function loadTexts(
  options: LoadTexts,
): Promise<{ readonly catalogue: Catalogue; readonly faults: readonly Fault[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'toolcrib-catalogue-'));
  try {
    for (const [name, text] of Object.entries(options.files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const load = options.load ?? [{ name: '.', scope: { kind: 'system' } }];
    const { catalogue, faults } = await loadCatalogue({
      files: load.map(({ name, scope }) => ({ path: join(folder, name), scope })),
      environment: (name) => options.environment?.[name],
      kinds: options.kinds ?? memoryKinds,
      deps: { log: createLog({ level: 'silent' }), clock: systemClock, http: options.http ?? closedNetwork },
      ...(options.strict === undefined ? {} : { strict: options.strict }),
    });
    const short = (text: string): string => text.replaceAll(`${folder}/`, '');
    return {
      catalogue,
      faults: faults.map((fault) => ({
        ...fault,
        message: short(fault.message),
        ...(fault.file === undefined ? {} : { file: short(fault.file) }),
      })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
