// A12: links to stored files that are forged, altered, of another tenant, used after their end, or after the file, its owner or
// its tenant is gone. Every one is answered alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { changeTenant, findTenant } from '../../server/src/identity/tenants.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let now_ms = Date.now();
let database: TestDatabase;
let store: Store;
let toolcrib: TestServer;
let acme: string;
let other: string;

beforeAll(async () => {
  database = await createDatabase();
  const clock = { ...systemClock, now: () => now_ms };
  toolcrib = await startTestServer({ tenants: ['acme', 'other'], clock, config: { database_url: database.url } });
  acme = toolcrib.keys['acme'] ?? '';
  other = toolcrib.keys['other'] ?? '';
  store = await openStore({ url: database.url, folder: toolcrib.folder, clock, log: createLog({ level: 'silent' }) });
});
afterAll(async () => {
  await store.close();
  await toolcrib.stop();
  await database.drop();
});

async function saved(key: string, name = 'secret plans.txt', content = 'plans'): Promise<string> {
  const path = `/v1/files?name=${encodeURIComponent(name)}`;
  const { status, body } = await toolcrib.request('POST', path, { key, raw: content, headers: text });
  expect(status).toBe(201);
  return body.id as string;
}
const text = { 'content-type': 'text/plain' };

async function linkTo(key: string, id: string, body: object = {}): Promise<string> {
  const answer = await toolcrib.request('POST', `/v1/files/${id}/link`, { key, body });
  expect(answer.status).toBe(201);
  return new URL(answer.body.url as string).pathname;
}

/** As somebody who has nothing but the link. */
const open = (path: string): Promise<Answer> => toolcrib.request('GET', path, { key: '' });

const tokenOf = (path: string): string => path.slice('/files/'.length);

describe('A12 links to files', () => {
  it('a good one is answered as something to save, never as a page', async () => {
    const path = await linkTo(acme, await saved(acme, 'pläne (1).html', '<script>alert(1)</script>'));
    const { status, headers, text: content } = await open(path);
    expect([status, content]).toEqual([200, '<script>alert(1)</script>']);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-disposition': `attachment; filename="pl_ne (1).html"; filename*=UTF-8''pl%C3%A4ne%20%281%29.html`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(headers.getSetCookie()).toEqual([]);
  });

  it('any other bit of it makes it none, and so does any other way to write it', async () => {
    const path = await linkTo(acme, await saved(acme));
    const none = await open('/files/nothing');
    expect(none.status).toBe(404);
    const bytes = Buffer.from(tokenOf(path), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const { status, text: body } = await open(`/files/${altered.toString('base64url')}`);
      expect([at, status, withoutId(body)]).toEqual([at, 404, withoutId(none.text)]);
    }
    const token = tokenOf(path);
    const writings = [
      `${token}=`,
      `${token}A`,
      token.slice(0, -1),
      `${token}%00`,
      token.toUpperCase(),
      bytes.toString('base64'),
    ];
    for (const writing of writings) expect([writing, (await open(`/files/${writing}`)).status]).toEqual([writing, 404]);
    expect((await open(path)).status).toBe(200);
  });

  it('one tenant cannot make a link to a file of another, nor turn its own into one', async () => {
    const mine = Buffer.from(tokenOf(await linkTo(other, await saved(other))), 'base64url');
    const id = await saved(acme);
    expect((await toolcrib.request('POST', `/v1/files/${id}/link`, { key: other, body: {} })).status).toBe(404);
    const theirs = Buffer.from(tokenOf(await linkTo(acme, id)), 'base64url');
    // Tenant and file of theirs, end and proof of mine; and the same with the tenant of mine.
    const swapped = Buffer.concat([theirs.subarray(0, 32), mine.subarray(32)]);
    const half = Buffer.concat([mine.subarray(0, 16), theirs.subarray(16, 32), mine.subarray(32)]);
    for (const forged of [swapped, half]) {
      expect((await open(`/files/${forged.toString('base64url')}`)).status).toBe(404);
    }
  });

  it('ends when it says, and after a day at the latest', async () => {
    const id = await saved(acme);
    const short = await linkTo(acme, id, { expires_in_s: 60 });
    const long = await linkTo(acme, id);
    now_ms += 59_000;
    expect((await open(short)).status).toBe(200);
    now_ms += 2_000;
    expect((await open(short)).status).toBe(404);
    const later = Buffer.from(tokenOf(short), 'base64url');
    later.writeUIntBE(Math.floor(now_ms / 1_000) + 60, 32, 6);
    expect((await open(`/files/${later.toString('base64url')}`)).status).toBe(404);
    now_ms += 24 * 60 * 60_000;
    expect((await open(long)).status).toBe(404);
    const body = { expires_in_s: 24 * 60 * 60 + 1 };
    expect((await toolcrib.request('POST', `/v1/files/${id}/link`, { key: acme, body })).status).toBe(400);
  });

  it('ends with the file, also when one of the same name comes after it', async () => {
    const id = await saved(acme);
    const path = await linkTo(acme, id);
    expect((await open(path)).status).toBe(200);
    await toolcrib.request('DELETE', `/v1/files/${id}`, { key: acme });
    expect((await open(path)).status).toBe(404);
    await saved(acme);
    expect((await open(path)).status).toBe(404);
  });

  it('goes on when its tenant has another name, and ends while it is suspended', async () => {
    const path = await linkTo(other, await saved(other));
    const deps = { store, clock: systemClock, ids: randomIds };
    const tenant_id = (await findTenant(deps, 'other'))?.id ?? '';
    await changeTenant(deps, tenant_id, { name: 'Renamed' });
    expect((await open(path)).status).toBe(200);
    await changeTenant(deps, tenant_id, { suspended: true });
    expect((await open(path)).status).toBe(404);
    await changeTenant(deps, tenant_id, { suspended: false });
    expect((await open(path)).status).toBe(200);
  });

  it('no vault is opened for a tenant that does not exist', async () => {
    verifies('TEN-01');
    const bytes = Buffer.from(tokenOf(await linkTo(acme, await saved(acme))), 'base64url');
    bytes.fill(7, 0, 16);
    expect((await open(`/files/${bytes.toString('base64url')}`)).status).toBe(404);
  });
});

/** Without the id of the request. */
function withoutId(page: string): string {
  return page.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…');
}
