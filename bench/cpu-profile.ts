// Where a CPU profile's time went, as tables: by area of the code and by function.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './report.ts';

/** The parts of V8's .cpuprofile that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Place {
  readonly area: string;
  readonly name: string;
}

const shownFunctions = 40;

/** Tables for the largest profile in a folder: the server's, when a launcher wrote one too. */
export function profileSummary(folder: string): string {
  const texts = profileTexts(folder);
  if (texts[0] === undefined) return `No profile was written to ${folder}`;
  const profile = JSON.parse(texts[0]) as CpuProfile;
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const by_area = new Map<string, number>();
  const by_name = new Map<string, number>();
  let total_us = 0;
  for (const [index, id] of profile.samples.entries()) {
    const { area, name } = places.get(id) ?? { area: 'unknown', name: 'unknown' };
    if (name === '(idle)') continue;
    const time_us = profile.timeDeltas[index] ?? 0;
    total_us += time_us;
    by_area.set(area, (by_area.get(area) ?? 0) + time_us);
    by_name.set(name, (by_name.get(name) ?? 0) + time_us);
  }
  return `${shares('area', by_area, total_us)}\n\n${shares('function (own time)', by_name, total_us, shownFunctions)}`;
}

/** The share of a server's CPU that passes inside a function of ours, with all that it calls; one per profile of the folder. */
export function sharesInside(folder: string, function_name: string): readonly number[] {
  return profileTexts(folder).flatMap((text) => {
    const profile = JSON.parse(text) as CpuProfile;
    const inside = new Set<number>();
    const visit = (id: number, is_inside: boolean): void => {
      const node = nodes.get(id);
      if (node === undefined) return;
      const { functionName, url } = node.callFrame;
      const here = is_inside || (functionName === function_name && url.includes('/server/src/'));
      if (here) inside.add(id);
      for (const child of node.children ?? []) visit(child, here);
    };
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    visit(profile.nodes[0]?.id ?? 0, false);
    if (inside.size === 0) return [];
    let total_us = 0;
    let inside_us = 0;
    for (const [index, id] of profile.samples.entries()) {
      if (nodes.get(id)?.callFrame.functionName === '(idle)') continue;
      total_us += profile.timeDeltas[index] ?? 0;
      if (inside.has(id)) inside_us += profile.timeDeltas[index] ?? 0;
    }
    return [inside_us / total_us];
  });
}

/** The largest first. */
function profileTexts(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .sort((a, b) => b.length - a.length);
}

function placeOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): Place {
  const package_name = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url)?.[1];
  const own = /\/server\/src\/(.+)$/.exec(url)?.[1];
  const area = package_name ?? (own === undefined ? url.split('/')[0] || functionName : `server/${own.split('/')[0]}`);
  const file = own ?? (package_name === undefined ? url : `${package_name} ${url.split('/').at(-1)}`);
  return { area, name: url === '' ? functionName : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}` };
}

function shares(title: string, times_us: ReadonlyMap<string, number>, total_us: number, limit = 25): string {
  const sorted = [...times_us].sort(([, a], [, b]) => b - a).slice(0, limit);
  return table(
    [title, 'ms', 'share'],
    sorted.map(([name, time_us]) => [
      name,
      (time_us / 1_000).toFixed(0),
      `${((time_us * 100) / total_us).toFixed(1)} %`,
    ]),
  );
}
