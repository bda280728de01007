// A36: what comes in slowly, big, packed or nested takes neither memory nor places, and a reader of the log that stops does
// not stop the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createAllowedHosts } from '../../server/src/surfaces/allowed-hosts.ts';
import { createHttpServer } from '../../server/src/surfaces/http-server.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

describe('A36 requests that are sent slowly', () => {
  const http = createHttpServer({
    routes: [{ method: 'GET', path: '/', handle: ({ response }) => void response.end('ok') }],
    log: createLog({ level: 'silent' }),
    ids: randomIds,
    allowed: createAllowedHosts({ host: '127.0.0.1', allowed_hosts: [], allowed_origins: [], public_urls: [] }),
    receive_ms: 500,
  });
  let port: number;
  beforeAll(async () => {
    port = await http.listen('127.0.0.1', 0);
  });
  afterAll(() => http.close(0));

  test('are cut, headers and bodies, and meanwhile others are answered', async () => {
    const beginnings = [
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ',
      'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n',
    ];
    const sockets = Array.from({ length: 200 }, (_, index) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined).write(beginnings[index % 2] ?? '');
      return socket;
    });
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('a');
    }, 50);
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect(await answer.text()).toBe('ok');
      await Promise.all(sockets.map((socket) => closed(socket)));
    } finally {
      clearInterval(dripping);
      for (const socket of sockets) socket.destroy();
    }
  });
});

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

describe('A36 bodies', () => {
  let toolcrib: TestServer;
  beforeAll(async () => {
    toolcrib = await startTestServer();
  });
  afterAll(() => toolcrib.stop());

  test('that are packed are not unpacked: a small one cannot become a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const raw = new Uint8Array(bomb);
    const { status } = await toolcrib.request('POST', '/v1/keys', { raw, headers });
    expect(status).toBe(400);
  });

  test.each(['/v1/keys', '/mcp', '/v1/tools/x/call', '/api/tool/x/invoke'])(
    'nested deeper than anything real are refused at %s',
    async (path) => {
      for (const raw of ['['.repeat(400_000), `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`]) {
        const { status } = await toolcrib.request('POST', path, {
          raw,
          headers: { 'content-type': 'application/json' },
        });
        expect([400, 413]).toContain(status);
      }
    },
  );
});

describe('A36 a log that nobody reads', () => {
  test('is cut, says so, and the server goes on', async () => {
    const noisy = fileURLToPath(new URL('../support/log-until-told.ts', import.meta.url));
    const child = spawn(process.execPath, [noisy], { stdio: ['ignore', 'pipe', 'pipe'] });
    // 20,000 events of 500 bytes; nobody reads standard error until they are written.
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const { events, rss_mb } = JSON.parse(said.toString()) as { events: number; rss_mb: number };
    expect(events).toBe(20_000);
    expect(rss_mb).toBeLessThan(200);
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(child, 'close');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; lines?: number });
    const lost = lines.find(({ event }) => event === 'log-lines-lost')?.lines ?? 0;
    expect(lost + lines.filter(({ event }) => event === 'noise').length).toBe(20_000);
    expect(lost).toBeGreaterThan(0);
  });
});
