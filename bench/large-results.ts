// The scenario of results that are too large: four callers at once each ask for 33 MB, and the memory of the server is watched.
// Ours must stay flat, answer within its limits and say that the answer is cut.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchDeps } from './bench-deps.ts';
import type { Contestant } from './contestant.ts';
import { startOurs, startTheirs } from './contestants.ts';
import type { DatabaseAddress } from './database.ts';
import { sourceText } from './flights.ts';
import { memoryAtRest } from './memory-at-rest.ts';
import type { BenchOptions } from './options.ts';
import { memoryUse } from './process-usage.ts';
import { megabytes, table } from './report.ts';

const callers = 4;
const roundsPerShape = 3;
const sampleEveryMs = 50;

/** 33 MB each, in three shapes. The rows are made by the statement, so that the disk plays no part. */
const shapes = {
  thousand_rows: `SELECT n AS id, repeat('x', 33000) AS payload FROM generate_series(1, 1000) AS n`,
  one_row: `SELECT repeat('x', 33000000) AS payload`,
  million_rows: `SELECT n AS id, 'a row of some text' AS payload FROM generate_series(1, 1000000) AS n`,
} as const;
type Shape = keyof typeof shapes;

interface LargeFigures {
  readonly server: string;
  readonly shape: string;
  readonly at_rest_bytes: number;
  /** Largest of the samples taken every 50 ms. */
  readonly peak_bytes: number;
  readonly answer_bytes: number;
  readonly slowest_ms: number;
}

export async function runLargeResults(
  deps: BenchDeps,
  options: BenchOptions,
): Promise<{ readonly large: readonly LargeFigures[] }> {
  const data = await deps.database.create('large');
  const catalogue_path = join(deps.folder, 'large.yaml');
  writeFileSync(catalogue_path, largeCatalogue(data.owner));
  const store = await deps.database.create('toolcrib');
  const large: LargeFigures[] = [];
  {
    await using toolcrib = await startOurs(deps, options, { catalogue_path, store: store.owner });
    large.push(...(await watchAll(toolcrib, askOurs, options)));
  }
  {
    await using peer = await startTheirs(deps, options, { catalogue_path });
    if (peer !== undefined) large.push(...(await watchAll(peer, askNative, options)));
  }
  deps.tell(`\n${largeTable(large)}`);
  return { large };
}

async function watchAll(contestant: Contestant, ask: Ask, { rest_ms }: BenchOptions): Promise<readonly LargeFigures[]> {
  const figures: LargeFigures[] = [];
  for (const shape of Object.keys(shapes) as readonly Shape[]) {
    const at_rest_bytes = await memoryAtRest(contestant.pid, rest_ms);
    figures.push({ server: contestant.name, shape, at_rest_bytes, ...(await watch(contestant, shape, ask)) });
  }
  return figures;
}

/** Asks for one shape's result; gives the size of the answer. Throws when it is not what it should be. */
type Ask = (contestant: Contestant, shape: Shape) => Promise<number>;

async function watch(
  contestant: Contestant,
  shape: Shape,
  ask: Ask,
): Promise<Pick<LargeFigures, 'peak_bytes' | 'answer_bytes' | 'slowest_ms'>> {
  let peak_bytes = 0;
  const sampler = setInterval(
    () => (peak_bytes = Math.max(peak_bytes, memoryUse(contestant.pid).rss_bytes)),
    sampleEveryMs,
  );
  const timed = async (): Promise<{ readonly bytes: number; readonly ms: number }> => {
    const begin_ms = performance.now();
    return { bytes: await ask(contestant, shape), ms: performance.now() - begin_ms };
  };
  try {
    const answers: { readonly bytes: number; readonly ms: number }[] = [];
    for (let round = 0; round < roundsPerShape; round++) {
      answers.push(...(await Promise.all(Array.from({ length: callers }, timed))));
    }
    return {
      peak_bytes,
      answer_bytes: Math.max(...answers.map(({ bytes }) => bytes)),
      slowest_ms: Math.max(...answers.map(({ ms }) => ms)),
    };
  } finally {
    clearInterval(sampler);
  }
}

async function askOurs(contestant: Contestant, shape: Shape): Promise<number> {
  const { text, status } = await post(contestant, `/v1/tools/${shape}/call`, JSON.stringify({ arguments: {} }));
  if (status !== 200 || !text.includes('"truncated":{')) {
    throw new Error(
      `${contestant.name}, ${shape}: the answer does not say that it is cut (status ${status}): ${text.slice(0, 300)}`,
    );
  }
  return Buffer.byteLength(text);
}

async function askNative(contestant: Contestant, shape: Shape): Promise<number> {
  const { text, status } = await post(contestant, `/api/tool/${shape}/invoke`, '{}');
  if (status !== 200) throw new Error(`${contestant.name}, ${shape}: status ${status}: ${text.slice(0, 300)}`);
  return Buffer.byteLength(text);
}

async function post(
  { port, headers }: Contestant,
  path: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

function largeTable(figures: readonly LargeFigures[]): string {
  return table(
    ['result of 33 MB, 4 callers', 'server', 'before MB', 'peak MB', 'answer MB', 'slowest answer ms'],
    figures.map((figure) => [
      figure.shape,
      figure.server,
      megabytes(figure.at_rest_bytes),
      megabytes(figure.peak_bytes),
      (figure.answer_bytes / 1_000_000).toFixed(2),
      figure.slowest_ms.toFixed(0),
    ]),
  );
}

function largeCatalogue(address: DatabaseAddress): string {
  const tools = Object.entries(shapes).map(
    ([name, statement]) => `
  ${name}:
    kind: postgres-sql
    source: large
    statement: ${statement}
    description: A result of 33 MB.
    parameters: []
`,
  );
  return `${sourceText('large', address)}tools:${tools.join('')}`;
}
