// The pack `files`: an agent saves, reads, lists and links the files of its person, and of nobody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPackWorld } from './pack-world.ts';
import type { PackWorld } from './pack-world.ts';

let world: PackWorld;
beforeAll(async () => {
  world = await startPackWorld({ pack: 'files', environment: {} });
}, 60_000);
afterAll(() => world.stop());

describe('files', () => {
  it('saves with a link, reads by pieces, lists and links', async () => {
    const text = 'ä'.repeat(50);
    const saved = await world.valueOf('files_save', { name: 'report.md', text });
    expect(saved).toMatchObject({ name: 'report.md', size_bytes: 100, media_type: 'text/plain' });
    expect(await (await fetch(saved.url)).text()).toBe(text);
    expect(await world.valueOf('files_read', { file: 'report.md', limit: 30 })).toEqual({
      ...{ text: 'ä'.repeat(30), characters: 50, next_offset: 30 },
    });
    expect(await world.valueOf('files_read', { file: saved.id, offset: 30 })).toEqual({
      text: 'ä'.repeat(20),
      characters: 50,
    });
    const { files } = await world.valueOf('files_list');
    expect(files).toMatchObject([{ id: saved.id, name: 'report.md' }]);
    const { url } = await world.valueOf('files_link', { file: 'report.md', expires_in_s: 60 });
    expect((await fetch(url)).status).toBe(200);
    // Over the API: what a tool has saved is known as such, and ends by itself.
    const { body } = await world.toolcrib.request('GET', `/v1/files/${saved.id}`);
    expect(body).toMatchObject({ tool: 'files_save', expires_at: expect.any(String) });
  });

  it('the newest of a name is meant', async () => {
    await world.valueOf('files_save', { name: 'twice', text: 'old' });
    await world.valueOf('files_save', { name: 'twice', text: 'new' });
    expect(await world.valueOf('files_read', { file: 'twice' })).toMatchObject({ text: 'new' });
  });

  it('refuses names that are none, files that are not there and files that are no text', async () => {
    expect((await world.call('files_save', { name: '../x', text: '' })).body.error.code).toBe('file_refused');
    expect((await world.call('files_read', { file: '../x' })).body.error.code).toBe('not_found');
    expect((await world.call('files_read', { file: 'a\0b' })).body.error.code).toBe('not_found');
    const raw = new Uint8Array([0xff, 0xfe]);
    const { body } = await world.toolcrib.request('POST', '/v1/files?name=bytes', { raw });
    expect((await world.call('files_read', { file: body.id })).body.error.service_error.code).toBe('not_text');
  });
});
