// A22: no name is taken from what was there before it, whichever way a later one comes: by a tenant, by a file that appears
// after it, by another tenant. Whoever comes later fails visibly, and the calls of others go where they went.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let service: LocalHttp;
let toolcrib: TestServer;

const fileWith = (names: readonly string[]): string => `
sources:
  files: { kind: http, baseUrl: '${service.url}/files' }
tools:
${names.map((name) => `  ${name}: { kind: http, source: files, description: of the files, method: GET, path: /${name} }`).join('\n')}
`;

beforeAll(async () => {
  service = await startLocalHttp(({ path }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path }));
  });
  toolcrib = await startTestServer({
    tenants: ['acme', 'other'],
    config: { allowed_private: ['127.0.0.1'] },
    tools: fileWith(['report']),
  });
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

const keyOf = (tenant: string): string => toolcrib.keys[tenant] ?? '';
const put = (tenant: string, path: string, body: object) =>
  toolcrib.request('PUT', `/v1/definitions/${path}`, { key: keyOf(tenant), body });
const run = async (tenant: string, tool: string): Promise<string> => {
  const answer = await toolcrib.request('POST', `/v1/tools/${tool}/call`, {
    key: keyOf(tenant),
    body: { arguments: {} },
  });
  return answer.body.error?.code ?? /\/(files|acme|other)\/\w+/.exec(answer.text)?.[0];
};
const define = async (tenant: string, tool: string): Promise<number> => {
  await put(tenant, 'source/own', { kind: 'http', baseUrl: `${service.url}/${tenant}` });
  const body = { kind: 'http', source: 'own', description: 'd', method: 'GET', path: `/${tool}` };
  return (await put(tenant, `tool/${tool}`, body)).status;
};
const failedOf = async (tenant: string) =>
  (await toolcrib.request('GET', '/v1/sources', { key: keyOf(tenant) })).body.failed as readonly {
    entity: string;
    name: string;
    faults: readonly { message: string }[];
  }[];

describe('A22 names', () => {
  it("a tenant cannot take a name of the server's", async () => {
    expect(await define('acme', 'report')).toBe(422);
    expect(await run('acme', 'report')).toBe('/files/report');
  });

  it('two tenants with the same names call their own', async () => {
    expect([await define('acme', 'twin'), await define('other', 'twin')]).toEqual([200, 200]);
    expect([await run('acme', 'twin'), await run('other', 'twin')]).toEqual(['/acme/twin', '/other/twin']);
  });

  it("a name that the server takes later: the tenant's fails visibly, also in toolsets; it comes back when the name is free", async () => {
    expect(await define('acme', 'later')).toBe(200);
    await put('acme', 'toolset/of_later', { tools: ['later', 'twin'] });
    expect(await run('acme', 'later')).toBe('/acme/later');
    writeFileSync(join(toolcrib.folder, 'tools.yaml'), fileWith(['report', 'later']));
    await toolcrib.server.reload();
    expect(await run('acme', 'later')).toBe('/files/later');
    expect(await run('other', 'later')).toBe('/files/later');
    const [failed] = await failedOf('acme');
    expect(failed).toMatchObject({ entity: 'tool', name: 'later' });
    expect(failed?.faults[0]?.message).toContain('already');
    expect(await failedOf('other')).toEqual([]);
    // The toolset was made for the tenant's own tool: it must not come to mean another one.
    const sets = await toolcrib.request('GET', '/v1/toolsets', { key: keyOf('acme') });
    expect(sets.body.toolsets).toEqual([{ name: 'of_later', tools: ['twin'] }]);
    writeFileSync(join(toolcrib.folder, 'tools.yaml'), fileWith(['report']));
    await toolcrib.server.reload();
    expect(await run('acme', 'later')).toBe('/acme/later');
    expect(await run('other', 'later')).toBe('tool_not_found');
  });

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'prototype'])(
    'a tool named %s is one tool of one tenant',
    async (name) => {
      expect(await define('acme', name)).toBe(200);
      expect([await run('acme', name), await run('other', name)]).toEqual([`/acme/${name}`, 'tool_not_found']);
    },
  );

  it('__proto__ is no name', async () => {
    expect(await define('acme', '__proto__')).toBe(422);
    expect(await run('acme', '__proto__')).toBe('tool_not_found');
  });
});
