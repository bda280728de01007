// Stored files over REST: saved, listed, fetched and deleted by their owner, bounded, and gone when their time is over.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolcribClient } from '@toolcrib/client';
import { systemClock } from '../../server/src/base/clock.ts';
import { limits } from '../../server/src/base/limits.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let now_ms = Date.now();
let toolcrib: TestServer;
/** Keys: of two members. */
let ann: string;
let bob: string;
let bob_id: string;

beforeAll(async () => {
  toolcrib = await startTestServer({
    tenants: ['acme', 'other'],
    clock: { ...systemClock, now: () => now_ms },
  });
  [ann] = await addMember('ann');
  [bob, bob_id] = await addMember('bob');
});
afterAll(() => toolcrib.stop());

const call = operationCaller(() => toolcrib);

async function addMember(name: string): Promise<readonly [string, string]> {
  const body = { email: `${name}@acme.example`, name, role: 'member' };
  const { user_id } = (await call('createMember', '/v1/members', { body })).body;
  const key = { name, user_id, scopes: ['tools.use'] };
  return [(await call('createKey', '/v1/keys', { body: key })).body.secret as string, user_id as string];
}

function save(key: string, query: string, raw: string | Uint8Array<ArrayBuffer>, type = 'text/plain') {
  return call('saveFile', `/v1/files?${query}`, { raw, key, headers: { 'content-type': type } });
}

async function bytesOf(path: string, key: string): Promise<Buffer> {
  const answer = await fetch(new URL(path, toolcrib.url), { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('saveFile, getFile, getFileContent, listFiles, deleteFile', () => {
  it('201 keeps the very bytes, over chunks, and shows them to their owner alone', async () => {
    const content = randomBytes(3 * limits.file_chunk_bytes + 17);
    const saved = await save(ann, 'name=report.bin', new Uint8Array(content), 'application/octet-stream');
    expect(saved.status).toBe(201);
    expect(saved.body).toMatchObject({
      ...{ name: 'report.bin', media_type: 'application/octet-stream', tool: null, expires_at: null },
      size_bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    const path = `/v1/files/${saved.body.id}`;
    expect((await bytesOf(`${path}/content`, ann)).equals(content)).toBe(true);
    expect((await call('getFile', path, { key: ann })).body).toEqual(saved.body);
    expect((await call('listFiles', '/v1/files', { key: ann })).body.files).toContainEqual(saved.body);

    const unknown = await call('getFile', '/v1/files/019a0000-0000-7000-8000-000000000000', { key: bob });
    for (const key of [bob, toolcrib.key, toolcrib.keys['other'] ?? '']) {
      expect((await call('listFiles', '/v1/files', { key })).body.files).toEqual([]);
      for (const [id, suffix] of [
        ['getFile', ''],
        ['getFileContent', '/content'],
        ['deleteFile', ''],
      ] as const) {
        const { status, body } = await call(id, `${path}${suffix}`, { key });
        expect([status, body.error]).toEqual([404, unknown.body.error]);
      }
      expect((await call('linkFile', `${path}/link`, { key, body: {} })).status).toBe(404);
    }

    expect((await call('deleteFile', path, { key: ann })).body).toEqual({ deleted: saved.body.id });
    expect((await call('getFileContent', `${path}/content`, { key: ann })).status).toBe(404);
    const { body } = await call('listChanges', '/v1/audit/changes');
    expect(body.changes.map(({ action }: { action: string }) => action).slice(0, 2)).toEqual([
      'file-deleted',
      'file-saved',
    ]);
  });

  it('201 keeps an empty file, and two of one name', async () => {
    const empty = await save(bob, 'name=twice.txt', '');
    expect((await bytesOf(`/v1/files/${empty.body.id}/content`, bob)).length).toBe(0);
    const other = await save(bob, 'name=twice.txt', 'second');
    expect(other.body.id).not.toBe(empty.body.id);
  });

  it('200 lists by pages', async () => {
    const page = await call('listFiles', '/v1/files?limit=1', { key: bob });
    expect(page.body.files).toHaveLength(1);
    const rest = await call('listFiles', `/v1/files?limit=5&before=${page.body.next}`, { key: bob });
    expect(rest.body.files).toHaveLength(1);
  });

  it('413 for more than ten megabytes, 400 without a name', async () => {
    const answer = await save(ann, 'name=big', new Uint8Array(limits.file_bytes + 1));
    expect([answer.status, answer.body.error.code]).toEqual([413, 'body_too_large']);
    expect((await save(ann, '', 'x')).body.error.code).toBe('body_invalid');
  });

  it('never serves as a page what would run: HTML, SVG and scripts become bytes', async () => {
    for (const type of [
      'text/html',
      'image/svg+xml',
      'text/javascript',
      'application/xhtml+xml',
      'nonsense',
      'TEXT/HTML; charset=utf-8',
    ]) {
      expect([type, (await save(ann, 'name=x', '<script>', type)).body.media_type]).toEqual([
        type,
        'application/octet-stream',
      ]);
    }
    expect((await save(ann, 'name=x', new Uint8Array([0xff, 0xfe]), 'text/plain')).body.media_type).toBe(
      'application/octet-stream',
    );
    expect((await save(ann, 'name=x', 'ä', 'text/csv; charset=utf-8')).body.media_type).toBe('text/csv');
  });

  it('404 once the time of a file is over, and what it took is free again', async () => {
    const { body } = await save(ann, 'name=short.txt&expires_in_s=60', 'x');
    now_ms += 59_000;
    expect((await call('getFile', `/v1/files/${body.id}`, { key: ann })).status).toBe(200);
    now_ms += 2_000;
    for (const [id, suffix] of [
      ['getFile', ''],
      ['getFileContent', '/content'],
      ['deleteFile', ''],
    ] as const) {
      expect((await call(id, `/v1/files/${body.id}${suffix}`, { key: ann })).status).toBe(404);
    }
    const { files } = (await call('listFiles', '/v1/files', { key: ann })).body;
    expect(files.map(({ id }: { id: string }) => id)).not.toContain(body.id);
  });

  it('a member who is removed takes the files along', async () => {
    const saved = await save(bob, 'name=mine.txt', 'x');
    const link = await call('linkFile', `/v1/files/${saved.body.id}/link`, { key: bob, body: {} });
    expect((await fetch(link.body.url)).status).toBe(200);
    expect((await call('removeMember', `/v1/members/${bob_id}`)).status).toBe(200);
    expect((await fetch(link.body.url)).status).toBe(404);
  });
});

describe('ToolcribClient and toolcrib files', () => {
  it('saves, lists, fetches, links and deletes', async () => {
    const client = new ToolcribClient({ url: toolcrib.url, key: ann });
    const saved = await client.saveFile('a,b\n', { name: 'table.csv', media_type: 'text/csv' });
    expect(saved).toMatchObject({ name: 'table.csv', media_type: 'text/csv', size_bytes: 4 });
    expect(await new Response(await client.getFileContent(saved.id)).text()).toBe('a,b\n');
    expect((await client.listFiles({ limit: 1 })).files).toEqual([await client.getFile(saved.id)]);
    const { url } = await client.linkFile(saved.id, { expires_in_s: 60 });
    expect(await (await fetch(url)).text()).toBe('a,b\n');
    expect(await client.deleteFile(saved.id)).toEqual({ deleted: saved.id });
    expect((await fetch(url)).status).toBe(404);
  });

  const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));
  async function cli(...words: readonly string[]) {
    const env = { PATH: process.env['PATH'], TOOLCRIB_URL: toolcrib.url, TOOLCRIB_KEY: ann };
    const child = spawn(process.execPath, [entry, 'files', ...words], { env, stdio: 'pipe', cwd: toolcrib.folder });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { out, err, code: code as number };
  }

  it('the command line does the same, and overwrites nothing', { timeout: 60_000 }, async () => {
    const { out } = await cli('put', entry, '--name', 'entry.js', '--expires-in-days', '1');
    const id = out.trim();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await cli('list')).out).toContain('entry.js');
    expect(await cli('get', id)).toMatchObject({ code: 0, err: 'entry.js is written.\n' });
    expect(readFileSync(join(toolcrib.folder, 'entry.js'))).toEqual(readFileSync(entry));
    expect(await cli('get', id)).toMatchObject({ code: 2 });
    const link = await cli('link', id, '--expires-in-minutes', '5');
    expect((await fetch(link.out.trim())).status).toBe(200);
    expect((await cli('delete', id)).code).toBe(0);
    expect((await cli('get', id, '--out', 'elsewhere')).code).toBe(1);
  });
});
