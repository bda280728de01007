// A15: names of stored files are labels. None can leave a folder, hide what it is, break a header or overwrite a file of
// whoever fetches it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileName } from '../../server/src/files/file-name.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer();
});
afterAll(() => toolcrib.stop());

const refused: readonly string[] = [
  ...[
    '',
    '.',
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    String.raw`..\..\windows\win.ini`,
    'C:boot.ini',
    'a/b',
    'file:stream',
  ],
  ...['a\0.txt', 'a\nb', 'a\r\nSet-Cookie: x=1', '\u001b[31mred', 'a\u0007'],
  // Separators that some systems fold into the plain ones, and dots that become "..".
  ...['..\uFF0F..\uFF0Fetc', 'a\uFF3Cb', '\uFE55', '\u2025', '\u2100', '\uFF0E\uFF0E'],
  // Directions and what cannot be seen: "invoice\u202Efdp.exe" reads invoice‮fdp.exe.
  ...['invoice\u202Efdp.exe', 'a\u200Bb', '\uFEFFa', 'a\u2066b', 'a\u00ADb', 'a\u2028b', '\u3164', '\uE000'],
  // Devices, and names that Windows makes others of.
  ...[
    'CON',
    'nul.txt',
    'Aux.tar.gz',
    'com1',
    'LPT9.log',
    'COM\u00B9',
    'con .txt',
    'a.',
    'a ',
    ' a',
    '\u00A0a',
    'a\u3000',
  ],
  ...['~', '~root', '-rf', '--checkpoint-action=exec', '*', 'a?b', 'a|b', '<a>', 'a"b'],
  ...['\uD800', 'a'.repeat(256), 'ä'.repeat(128), '\uFB03'.repeat(100)],
];
const kept: readonly string[] = [
  'a',
  '.gitignore',
  'report 2026 (final).pdf',
  'Übersicht.csv',
  '報告.txt',
  'a..b',
  "it's.txt",
  '😀.png',
];

describe('A15 names of files', () => {
  it.each(refused.map((name) => [JSON.stringify(name), name]))('422 for %s', async (_shown, name) => {
    const path = `/v1/files?name=${encodeURIComponent(name.toWellFormed())}`;
    const { status, body } = await toolcrib.request('POST', path, {
      raw: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    if (name.isWellFormed()) expect([status, body.error.code]).toEqual([422, 'file_refused']);
    expect(fileName(name)).toBeUndefined();
  });

  it.each(kept)('%s is a name', async (name) => {
    const path = `/v1/files?name=${encodeURIComponent(name)}`;
    const { status, body } = await toolcrib.request('POST', path, {
      raw: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect([status, body.name]).toEqual([201, name]);
    const answer = await toolcrib.request('GET', `/v1/files/${body.id}/content`);
    const header = answer.headers.get('content-disposition') ?? '';
    expect(header).toMatch(/^attachment; filename="[\w .()+-]+"; filename\*=UTF-8''[\w.%~!$&+^`|#-]+$/);
    expect(decodeURIComponent(/UTF-8''(.*)$/.exec(header)?.[1] ?? '')).toBe(name);
  });

  it('what is kept is one plain part of a path, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (written) => {
        const name = fileName(written);
        if (name === undefined) return;
        expect(name).toBe(name.normalize('NFC'));
        expect(fileName(name)).toBe(name);
        expect(join('/folder', name)).toBe(`/folder/${name}`);
        expect(name.normalize('NFKC')).not.toMatch(/[/\\]|\p{Cc}/u);
      }),
      { numRuns: 5_000 },
    );
  });

  it('the command line writes no file under a name that a bad server says', { timeout: 30_000 }, async () => {
    const id = '019a0000-0000-7000-8000-000000000000';
    const bad = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(request.url?.endsWith('/content') === true ? 'owned' : JSON.stringify({ id, name: '../owned' }));
    });
    bad.listen(0, '127.0.0.1');
    await once(bad, 'listening');
    const folder = mkdtempSync(join(tmpdir(), 'toolcrib-names-'));
    const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));
    const url = `http://127.0.0.1:${(bad.address() as AddressInfo).port}`;
    const env = { PATH: process.env['PATH'], TOOLCRIB_URL: url, TOOLCRIB_KEY: 'tc_x' };
    const child = spawn(process.execPath, [entry, 'files', 'get', id], { env, cwd: folder, stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(join(folder, '..'))).not.toContain('owned');
    rmSync(folder, { recursive: true });
    bad.close();
  });
});
