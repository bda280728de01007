// An OpenAPI document looked into and imported from the command line: as a definition of the tenant, and as a tool file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

const museum = fileURLToPath(new URL('../fixtures/openapi/museum.yaml', import.meta.url));

let service: LocalHttp;
let toolcrib: TestServer;

beforeAll(async () => {
  service = await startLocalHttp(({ path }, response) => {
    if (path === '/museum.yaml') return void response.end(readFileSync(museum));
    response.setHeader('content-type', 'application/json');
    response.end('[{"date": "2026-11-21"}]');
  });
  toolcrib = await startTestServer({ config: { allowed_private: ['127.0.0.1'] } });
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

async function run(...words: readonly string[]) {
  let out = '';
  let err = '';
  const where = words[0] === 'check' ? [] : ['--url', toolcrib.url, '--key', toolcrib.key];
  const code = await runCli([...words, ...where], { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describe('toolcrib openapi inspect', () => {
  it('shows the operations of a file, and of a URL that the server may reach', async () => {
    for (const named of [museum, `${service.url}/museum.yaml`]) {
      const shown = await run('openapi', 'inspect', named, '--operations', 'Tickets');
      expect([shown.code, shown.out.split('\n').length]).toEqual([0, 4]);
      expect(shown.out).toMatch(/buyMuseumTickets +POST \/tickets +Tickets/);
    }
    expect((await run('openapi', 'inspect', 'nowhere.yaml')).err).toContain('cannot be read');
    expect((await run('openapi', 'inspect', 'http://169.254.169.254/x')).code).toBe(1);
  });
});

describe('toolcrib openapi import', () => {
  it('defines a source, whose tools can be called', async () => {
    const words = ['--name', 'museum', '--operations', 'getMuseumHours', '--prefix', 'm_', '--base-url', service.url];
    expect(await run('openapi', 'import', museum, ...words)).toMatchObject({
      code: 0,
      err: '1 tool(s) of the source museum.\n',
    });
    const called = await run('call', 'm_getMuseumHours', '{"limit": 5}');
    expect([called.code, service.requests.at(-1)?.path]).toEqual([0, '/museum-hours?limit=5']);
  });

  it('writes a tool file and the document beside it, and nothing over what is there', async () => {
    const file = join(toolcrib.folder, 'museum.yaml');
    const words = ['openapi', 'import', museum, '--name', 'museum', '--credential', 'caller', '--file', file];
    expect((await run(...words)).code).toBe(0);
    expect(existsSync(join(toolcrib.folder, 'museum.openapi.json'))).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('document: museum.openapi.json');
    const checked = await run('check', file);
    expect([checked.code, checked.out + checked.err]).toEqual([0, expect.stringContaining('8')]);
    expect((await run(...words)).code).not.toBe(0);
  });
});
