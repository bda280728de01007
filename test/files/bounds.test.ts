// The bounds of stored files hold also for files that are saved at once, and the sweep deletes what is over: on PostgreSQL and
// on the embedded database, without the server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { limits } from '../../server/src/base/limits.ts';
import { sweepFiles } from '../../server/src/files/start-file-sweep.ts';
import { listFiles, saveFile } from '../../server/src/files/stored-files.ts';
import type { NewFile } from '../../server/src/files/stored-files.ts';
import type { Store } from '../../server/src/store/store.ts';
import { createUploadPlaces } from '../../server/src/surfaces/rest/upload-places.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';

describe.each(storeForms)('%s', (_form, makeHome) => {
  let now_ms = Date.now();
  let home: StoreHome;
  let store: Store;
  let owner: { readonly tenant_id: string; readonly user_id: string };
  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    const { tenant_id, user_id } = await addTenant(store, 'acme');
    owner = { tenant_id, user_id };
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  const deps = () => ({ store, ids: randomIds, clock: { ...systemClock, now: () => now_ms } });
  const save = (file: Partial<NewFile> = {}) =>
    saveFile(deps(), { owner, actor: 'server', file: { name: 'a', content: Buffer.from('x'), ...file } });
  const count = async () => (await listFiles(deps(), { owner, limit: 1_000 })).length;

  /** Files without bytes, as many as stand in the way. */
  const fill = (files: number, size_bytes: number) =>
    store.inTenant(owner.tenant_id, (db) => {
      const row = {
        ...owner,
        name: 'filler',
        media_type: 'text/plain',
        sha256: Buffer.alloc(32),
        tool: null,
        call_id: null,
      };
      const rows = Array.from({ length: files }, () => ({
        ...{ ...row, id: randomIds.uuid(), size_bytes, created_at: new Date(now_ms), expires_at: null },
      }));
      return db.insertInto('stored_file').values(rows).execute();
    });
  const empty = () =>
    store.inTenant(owner.tenant_id, (db) =>
      db.deleteFrom('stored_file').where('tenant_id', '=', owner.tenant_id).execute(),
    );

  it.each([
    ['files', limits.files_per_person - 5, 1],
    ['bytes', 1, limits.file_bytes_per_person - 5],
  ])('%s saved at once do not go past the bound together', async (_what, files, size_bytes) => {
    await fill(files, size_bytes);
    const ended = await Promise.allSettled(Array.from({ length: 12 }, () => save()));
    const codes = ended.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
    expect(codes).toEqual(Array.from({ length: 7 }, () => 'file_refused'));
    await empty();
    await save();
    await empty();
  });

  it('what is over counts no more, is not seen, and is deleted', async () => {
    const before = await count();
    await save({ expires_in_ms: 1_000, content: Buffer.alloc(300_000) });
    expect(await count()).toBe(before + 1);
    now_ms += 1_001;
    expect(await count()).toBe(before);
    expect(await sweepFiles(deps())).toBe(1);
    expect(await sweepFiles(deps())).toBe(0);
    const chunks = await store.inTenant(owner.tenant_id, (db) =>
      db.selectFrom('stored_file_chunk').select('place').where('tenant_id', '=', owner.tenant_id).execute(),
    );
    expect(chunks).toHaveLength(before);
    expect(await count()).toBe(before);
  });

  it('a file is refused for its size and its name', async () => {
    await expect(save({ content: Buffer.alloc(limits.file_bytes + 1) })).rejects.toMatchObject({
      code: 'file_refused',
    });
    await expect(save({ name: 'a/b' })).rejects.toMatchObject({ code: 'file_refused' });
  });
});

describe('uploads at once', () => {
  it('are bounded for each tenant and in all, and places come back', () => {
    const places = createUploadPlaces();
    const taken = Array.from({ length: limits.file_uploads_per_tenant }, () => places.enter('one'));
    expect(() => places.enter('one')).toThrow(expect.objectContaining({ code: 'rate_limited', retry_after_s: 1 }));
    const others = Array.from({ length: limits.file_uploads - taken.length }, (_, index) =>
      places.enter(`other ${index}`),
    );
    expect(() => places.enter('yet another')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    for (const leave of [...taken, ...others]) leave();
    expect(() => places.enter('one')).not.toThrow();
  });
});
