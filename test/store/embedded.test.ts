// What only the embedded form has to show: one process per folder, commits that are on the disk, and recovery.
import { spawn } from 'node:child_process';
import fs, { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { lockDataFolder } from '../../server/src/store/data-lock.ts';
import { openPglite } from '../../server/src/store/open-pglite.ts';
import { addTenant, embeddedHome } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function newHome() {
  const home = await embeddedHome();
  undo.push(() => home.remove());
  return { ...home, folder: home.options.folder ?? '' };
}

test('a second opener of the folder is refused, and may open it when the first has closed', async () => {
  verifies('OPS-01');
  const home = await newHome();
  const store = await home.open();
  await expect(home.open()).rejects.toMatchObject({ code: 'data_locked' });
  await store.ping();
  await store.close();
  const second = await home.open();
  await second.ping();
  await second.close();
});

test('another process is refused too', async () => {
  verifies('OPS-01');
  const { folder } = await newHome();
  const lock = lockDataFolder(folder);
  undo.push(() => Promise.resolve(lock.release()));
  const writer = startWriter(folder, '');
  expect(await writer.ended).toContain('data_locked');
});

test('a database that was only half made is made anew', async () => {
  verifies('OPS-01');
  const home = await newHome();
  // As a kill during the first start leaves it.
  rmSync(join(home.folder, 'database'), { recursive: true });
  mkdirSync(join(home.folder, 'database.new'));
  writeFileSync(join(home.folder, 'database.new', 'PG_VERSION'), '18');
  const store = await home.open();
  await store.ping();
  await store.close();
  expect(existsSync(join(home.folder, 'database.new'))).toBe(false);
  expect(fs.statSync(join(home.folder, 'database')).mode & 0o077).toBe(0);
});

test('each commit is brought to the disk, and a checkpoint the tables', async () => {
  verifies('OPS-01');
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-store-'));
  undo.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
  const fdatasync = vi.spyOn(fs, 'fdatasyncSync');
  syncBuiltinESMExports();
  undo.push(() => Promise.resolve([fdatasync.mockRestore(), syncBuiltinESMExports()]));

  const pglite = await openPglite(folder);
  undo.push(() => pglite.close());
  await pglite.exec('create table entry (id integer primary key)');
  for (let id = 1; id <= 5; id += 1) {
    fdatasync.mockClear();
    await pglite.exec(`insert into entry values (${id})`);
    expect(fdatasync).toHaveBeenCalledTimes(1);
  }
  fdatasync.mockClear();
  await pglite.exec('select * from entry');
  expect(fdatasync).not.toHaveBeenCalled();
  await pglite.exec('checkpoint');
  expect(fdatasync.mock.calls.length).toBeGreaterThan(1);
});

test('kill -9 while writing: nothing that was acknowledged is lost', async () => {
  verifies('OPS-01');
  const home = await newHome();
  const store = await home.open();
  const { tenant_id } = await addTenant(store, 'one');
  await store.close();

  const acknowledged: string[] = [];
  for (const count of [1, 25, 60]) {
    const writer = startWriter(home.folder, tenant_id);
    for await (const slug of writer.lines) {
      if (acknowledged.push(slug) % count === 0) break;
    }
    writer.kill();
    acknowledged.push(...(await writer.ended).split('\n').filter((line) => /^[0-9a-f-]{36}$/.test(line)));
  }

  const reopened = await home.open();
  const rows = await reopened.inTenant(tenant_id, (db) =>
    db.selectFrom('workspace').select('slug').where('tenant_id', '=', tenant_id).execute(),
  );
  await reopened.close();
  const kept = new Set(rows.map(({ slug }) => slug));
  expect(acknowledged.length).toBeGreaterThanOrEqual(60);
  expect(acknowledged.filter((slug) => !kept.has(slug))).toEqual([]);
});

test('when the thread of the database dies, the next transaction gets a new one with everything that was committed', async () => {
  verifies('OPS-01');
  const home = await newHome();
  const threads: Worker[] = [];
  const remember = (worker: Worker): void => void threads.push(worker);
  process.on('worker', remember);
  undo.push(() => Promise.resolve(process.off('worker', remember)));
  const store = await home.open();
  undo.push(() => store.close());
  const { tenant_id } = await addTenant(store, 'one');

  const interrupted = store.inTenant(tenant_id, async (db) => {
    await db.updateTable('tenant').set({ name: 'lost' }).execute();
    await threads.at(-1)?.terminate();
    await db.selectFrom('tenant').selectAll().execute();
  });
  await expect(interrupted).rejects.toMatchObject({ code: 'database_unavailable' });
  const rows = await store.inTenant(tenant_id, (db) => db.selectFrom('tenant').select('name').execute());
  expect(rows).toEqual([{ name: 'one' }]);
});

function startWriter(folder: string, tenant_id: string) {
  const script = fileURLToPath(new URL('write-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder, tenant_id], { stdio: ['ignore', 'pipe', 'pipe'] });
  let rest = '';
  child.stderr.on('data', (text: Buffer) => (rest += text.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => (rest += `${line}\n`));
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(rest)));
  undo.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { lines, ended, kill: () => child.kill('SIGKILL') };
}
