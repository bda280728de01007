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
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { runLoad } from '../../bench/load-client.ts';
import type { LoadJob } from '../../bench/load-job.ts';
import type { LookupFigures } from '../../bench/lookup-bench.ts';
import { readOptions } from '../../bench/options.ts';
import { findPeer } from '../../bench/peer.ts';
import { faces } from '../../bench/requests.ts';
import { percentile, spread } from '../../bench/statistics.ts';

const run = promisify(execFile);
const peer = await findPeer();

describe('npm run bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('measures every cell, of the peer too where it is installed', { timeout: 180_000 }, async () => {
    const json = join(folder, 'figures.json');
    const script = join(import.meta.dirname, '../../bench/bench.ts');
    const args = ['--quick', '--seconds', '0.1', '--rounds', '1', '--connections', '1,4', '--json', json];
    const { stdout } = await run(process.execPath, [script, ...args]);
    if ('missing' in peer) process.stderr.write(`\n*** bench: the peer is not tested: ${peer.missing} ***\n`);
    const servers = 'missing' in peer ? ['toolcrib'] : ['toolcrib', 'toolbox'];
    expect(stdout.includes('NOT measured')).toBe('missing' in peer);
    const figures = JSON.parse(readFileSync(json, 'utf8')) as LookupFigures;
    const expected = faces.flatMap((face) =>
      [1, 4].flatMap((count) => servers.map((name) => `${face} ${count} ${name}`)),
    );
    expect(figures.cells.map((cell) => `${cell.face} ${cell.connections} ${cell.contestant}`)).toEqual(expected);
    for (const cell of figures.cells) expect(cell.calls).toBeGreaterThan(0);
    expect(figures.memory.map(({ server }) => server)).toEqual([...servers, 'toolcrib-embedded']);
    for (const memory of figures.memory) expect(memory.peak_bytes).toBeGreaterThanOrEqual(memory.at_rest_bytes);
    expect(stdout).toMatch(/audit: (\d+) records for \1 calls/);
  });

  test('refuses options that it does not know', () => {
    expect(() => readOptions(['--only', 'rest'])).toThrow(TypeError);
    expect(() => readOptions(['--connections', '1,none'])).toThrow(TypeError);
    expect(() => readOptions(['--fast'])).toThrow(TypeError);
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
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
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

test('medians, spreads and percentiles', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99)]).toEqual([51, 100]);
  expect(percentile(new Float64Array(), 0.5)).toBe(0);
});
