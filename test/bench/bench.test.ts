// The benchmark itself, in tiny: it runs, answers every cell, and would notice a server that answers wrongly.
// Nothing is said here about times.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AuthFigures } from '../../bench/auth-bench.ts';
import { chooseFlights } from '../../bench/flights.ts';
import { runLoad } from '../../bench/load-client.ts';
import type { LoadJob } from '../../bench/load-job.ts';
import type { LookupFigures } from '../../bench/lookup-bench.ts';
import type { Cell } from '../../bench/measure-cells.ts';
import type { MixedFigures } from '../../bench/mixed-load.ts';
import { readOptions } from '../../bench/options.ts';
import { findPeer } from '../../bench/peer.ts';
import type { ReloadFigures } from '../../bench/reload-bench.ts';
import { askForFlight, faces } from '../../bench/requests.ts';
import type { Face } from '../../bench/requests.ts';
import { percentile, spread } from '../../bench/statistics.ts';
import type { TenantsFigures } from '../../bench/tenants-bench.ts';
import { verifyAnswers } from '../../bench/verify-answers.ts';
import { limits } from '../../server/src/base/limits.ts';

const run = promisify(execFile);
const peer = await findPeer();

interface Figures {
  readonly lookup: LookupFigures;
  readonly mixed: MixedFigures;
  readonly reload: { readonly reload: readonly ReloadFigures[] };
  readonly auth: AuthFigures;
  readonly tenants: TenantsFigures;
}

describe('npm run bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-test-'));
  const servers = 'missing' in peer ? ['toolcrib'] : ['toolcrib', 'toolbox'];
  let stdout: string;
  let figures: Figures;

  /** All scenarios but that of large results, which has no small form. */
  beforeAll(async () => {
    const json = join(folder, 'figures.json');
    const script = join(import.meta.dirname, '../../bench/bench.ts');
    const size = ['--quick', '--seconds', '0.1', '--rounds', '1', '--connections', '4'];
    const args = [script, '--scenario', 'lookup,mixed,reload,auth,tenants', ...size, '--json', json];
    if ('missing' in peer) process.stderr.write(`\n*** bench: the peer is not tested: ${peer.missing} ***\n`);
    ({ stdout } = await run(process.execPath, args, { timeout: 170_000 }));
    ({ figures } = JSON.parse(readFileSync(json, 'utf8')) as { figures: Figures });
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function expectCells(cells: readonly Cell[], variants: readonly string[]): void {
    const expected = variants.flatMap((variant) => servers.map((name) => `${variant} 4 ${name}`));
    expect(cells.map((cell) => `${cell.variant} ${cell.connections} ${cell.contestant}`)).toEqual(expected);
    for (const cell of cells) expect(cell.calls).toBeGreaterThan(0);
  }

  test('says so when the peer is not measured', () => {
    expect(stdout.includes('NOT measured')).toBe('missing' in peer);
  });

  test('has an audit record for every call of every scenario', () => {
    const lines = stdout.match(/^audit: .*$/gm) ?? [];
    // One for each, and two sizes of the world of tenants.
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toMatch(/^audit: (\d+) records for \1 calls$/);
  });

  test('lookup: measures every way in, and memory', () => {
    const { cells, memory } = figures.lookup;
    expectCells(cells, faces);
    expect(memory.map(({ server }) => server)).toEqual([...servers, 'toolcrib-embedded']);
    for (const { peak_bytes, at_rest_bytes } of memory) expect(peak_bytes).toBeGreaterThanOrEqual(at_rest_bytes);
  });

  test('mixed: measures look-ups alone and while four calls sleep in the database', () => {
    const { cells, slow } = figures.mixed;
    expectCells(cells, ['alone', 'beside 4 slow calls']);
    expect(slow.map(({ contestant }) => contestant)).toEqual(servers);
    for (const { calls, slowest_ms, sleep_ms } of slow) {
      // Two rounds, the warm-up included, and four callers.
      expect(calls).toBeGreaterThanOrEqual(8);
      expect(slowest_ms).toBeGreaterThanOrEqual(sleep_ms);
    }
    expect(stdout).toMatch(/^goal: p99 of our look-ups/m);
  });

  test('reload: every change is seen; ours fails no call and leaves no connection behind', () => {
    const { reload } = figures.reload;
    expect(reload.map(({ server }) => server)).toEqual(servers);
    for (const { reloads } of reload) {
      expect(reloads.map(({ change }) => change)).toEqual([
        ...['description', 'source', 'tool added or removed', 'description'],
      ]);
      for (const { load, connections } of reloads) {
        expect(load.calls).toBeGreaterThan(0);
        expect(connections).toBeGreaterThan(0);
      }
    }
    for (const { load, connections } of reload[0]?.reloads ?? []) {
      expect(load.failed).toBe(0);
      expect(connections).toBeLessThanOrEqual(limits.source_connections);
    }
  });

  test('auth: measures calls without a token, with a known one and with a new one', () => {
    expectCells(figures.auth.cells, ['no token', 'known token', 'new token']);
  });

  test('tenants: measures calls with the account of the file and of the caller, in worlds of two sizes', () => {
    const { cells, memory } = figures.tenants;
    expect(cells.map(({ tenants, account }) => `${tenants} ${account}`)).toEqual([
      ...['2 of the file', '2 of the caller', '20 of the file', '20 of the caller'],
    ]);
    for (const { calls } of cells) expect(calls).toBeGreaterThan(0);
    for (const { peak_bytes, at_rest_bytes } of memory) expect(peak_bytes).toBeGreaterThanOrEqual(at_rest_bytes);
  });

  test('refuses options that it does not know', () => {
    expect(() => readOptions(['--only', 'rest'])).toThrow(TypeError);
    expect(() => readOptions(['--connections', '1,none'])).toThrow(TypeError);
    expect(() => readOptions(['--scenario', 'lookup,fast'])).toThrow(TypeError);
    expect(() => readOptions(['--fast'])).toThrow(TypeError);
    expect(readOptions(['--scenario', 'mixed,auth']).scenarios).toEqual(['mixed', 'auth']);
  });
});

describe('the check before the load', () => {
  const [flight] = chooseFlights(1);
  const row = { airline: flight?.airline, flight_number: flight?.flight_number };
  const rows = (flight?.legs ?? []).map((leg) => JSON.stringify({ ...row, leg }));
  const content = rows.map((text) => ({ type: 'text', text }));
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function verify(face: Face, answer: object): Promise<number> {
    server = createServer((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify(answer)));
    });
    const port = await listen(server);
    const contestant = { name: 'fake', version: '', port, pid: 0, headers: {}, [Symbol.asyncDispose]: async () => {} };
    return verifyAnswers(contestant, flight === undefined ? [] : [askForFlight(face, flight)]);
  }

  test.each([
    ['native', { result: `[${rows.join()}]` }],
    ['mcp-2025-11-25', { result: { content } }],
    ['mcp-2026-07-28', { result: { content, resultType: 'complete' } }],
  ] as const)('takes the rows of the flight over %s', async (face, answer) => {
    await expect(verify(face, answer)).resolves.toBe(1);
  });

  test.each([
    ['native', 'a missing row', { result: `[${rows[0]}]` }],
    ['mcp-2025-11-25', 'an error', { result: { content: [], isError: true } }],
    ['mcp-2025-11-25', 'a newer revision', { result: { content, resultType: 'complete' } }],
    ['mcp-2026-07-28', 'an older revision', { result: { content } }],
  ] as const)('tells over %s %s', async (face, _what, answer) => {
    await expect(verify(face, answer)).rejects.toThrow('wrong answer');
  });
});

describe('the load', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function load(answer: (response: ServerResponse, count: number) => void): Promise<ReturnType<typeof runLoad>> {
    let count = 0;
    server = createServer((request, response) => {
      request.resume().on('end', () => answer(response, ++count));
    });
    const port = await listen(server);
    const job: LoadJob = {
      port,
      requests: [
        { bytes: Buffer.from('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}'), expected: ['AA1.'] },
      ],
      connections: 3,
      duration_ms: 100,
      offset: 0,
    };
    const result = await runLoad(job);
    // Nothing was asked that was not counted.
    expect(result.good + result.bad + result.broken).toBe(count);
    return result;
  }

  test('counts right answers, whole or in chunks', async () => {
    const result = await load((response, count) => {
      if (count % 2 === 0) response.write('AA');
      response.end(count % 2 === 0 ? '1.20260501' : 'AA1.20260501');
    });
    expect(result.good).toBeGreaterThan(10);
    expect(result).toMatchObject({ bad: 0, broken: 0 });
  });

  test('tells answers with other flights and other statuses', async () => {
    const result = await load((response, count) => {
      if (count === 5) response.end('AA2.20260501');
      else if (count === 7) response.writeHead(500).end('AA1.20260501');
      else response.end('AA1.20260501');
    });
    expect(result).toMatchObject({ bad: 2, broken: 0 });
    expect(result.first_bad).toContain('AA2.20260501');
  });

  test('tells connections that end without an answer', async () => {
    const result = await load((response, count) => {
      if (count === 5) response.destroy();
      else response.end('AA1.20260501');
    });
    expect(result).toMatchObject({ bad: 0, broken: 1 });
  });
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('medians, spreads and percentiles', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99)]).toEqual([51, 100]);
  expect(percentile(new Float64Array(), 0.5)).toBe(0);
});
