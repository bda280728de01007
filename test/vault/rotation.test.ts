// The master key changes while several processes seal and open: no call fails, and the old key can be taken away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { addToKeyFile, readKeyFile } from '../../server/src/credentials/vault/key-file.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { countByMasterKey, openMasterKeys } from '../../server/src/credentials/vault/open-master-keys.ts';
import type { VaultConfig } from '../../server/src/credentials/vault/open-master-keys.ts';
import { readSecrets, writeSecrets } from '../../server/src/credentials/vault/secrets.ts';
import { watchMasterKeys } from '../../server/src/credentials/vault/watch-master-keys.ts';
import type { Store } from '../../server/src/store/store.ts';
import { createDatabase } from '../support/postgres.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { openTestVault } from '../support/test-vault.ts';
import { verifies } from '../support/verifies.ts';

const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));
const log = createLog({ level: 'silent' });
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'toolcrib-rotation-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function toolcrib(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(process.execPath, [entry, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code: code as number };
}

async function idsOf(file: string): Promise<readonly string[]> {
  return ((await readKeyFile(file))?.keys ?? []).map(({ id }) => id);
}

describe.each(storeForms)('on %s', (form, makeHome) => {
  let home: StoreHome;
  let stores: readonly Store[];
  beforeAll(async () => {
    home = await makeHome();
    // The embedded database is one process's; two vaults on one store share nothing but the store.
    const first = await home.open();
    stores = [first, form === 'postgres' ? await home.open() : first];
  });
  afterAll(async () => {
    await Promise.all([...new Set(stores)].map((store) => store.close()));
    await home.remove();
  });

  test(
    'while two processes seal and open, the key changes twice, and nothing fails',
    { timeout: 120_000 },
    async () => {
      verifies('CRD-06');
      const file = join(folder, `${form}.keys`);
      await addToKeyFile(file, makeMasterKey());
      const config: VaultConfig = { mode: 'production', data_folder: folder, vault_key_file: file, vault_keys: [] };
      const [store] = stores;
      if (store === undefined) throw new Error('There is no store');
      const tenants = await Promise.all(
        Array.from({ length: 60 }, (_, index) => addTenant(store, `${form}-${index}`).then((one) => one.tenant_id)),
      );
      const record_id = randomIds.uuid();
      const masters = await Promise.all(
        stores.map(async (one) => (await openMasterKeys({ store: one, log }, config)).master),
      );
      const watches = masters.map((master, index) => watchMasterKeys({ store: stores[index] ?? store, log, master }));

      const state = { over: false };
      let rounds = 0;
      /** Each round has a vault with nothing in memory, as after a start, and one tenant more that has no key yet. */
      const load = async (index: number): Promise<void> => {
        const [own, master] = [stores[index], masters[index]];
        if (own === undefined || master === undefined) throw new Error('There is no such process');
        while (!state.over) {
          const vaults = openTestVault(own, master);
          const fresh = await addTenant(own, `${form}-new-${randomIds.uuid()}`);
          for (const tenant_id of [...tenants.toSpliced(0, rounds % 50).slice(0, 10), fresh.tenant_id]) {
            const vault = await vaults.of(tenant_id);
            await own.inTenant(tenant_id, (db) =>
              writeSecrets(db, vault, { record_id, fields: { token: `of ${tenant_id}` } }),
            );
            const read = await own.inTenant(tenant_id, (db) => readSecrets(db, vault, record_id));
            expect(read).toEqual({ token: `of ${tenant_id}` });
          }
          rounds += 1;
        }
      };
      const loads = [load(0), load(1)];
      try {
        for (let change = 0; change < 2; change += 1) {
          await addToKeyFile(file, makeMasterKey());
          const [current] = await idsOf(file);
          await expect
            .poll(async () => (await countByMasterKey(store)).map((use) => use.master_key_id), { timeout: 30_000 })
            .toEqual([current]);
          const before = rounds;
          await expect.poll(() => rounds, { timeout: 30_000 }).toBeGreaterThan(before + 2);
        }
        // The old keys leave the file; what is sealed needs them no more.
        const [newest] = readFileSync(file, 'utf8').split('\n');
        writeFileSync(file, `${newest}\n`, { mode: 0o600 });
        const before = rounds;
        await expect.poll(() => rounds, { timeout: 30_000 }).toBeGreaterThan(before + 2);
      } finally {
        state.over = true;
        await Promise.allSettled(loads);
        await Promise.all(watches.map((watch) => watch.stop()));
      }
      await Promise.all(loads);
      const uses = await countByMasterKey(store);
      expect(uses.map((use) => use.master_key_id)).toEqual(await idsOf(file));
      // As after a restart: the one key that is left opens everything.
      const { master } = await openMasterKeys({ store, log }, config);
      const vaults = openTestVault(store, master);
      for (const tenant_id of tenants.slice(0, 10)) {
        const vault = await vaults.of(tenant_id);
        expect(await store.inTenant(tenant_id, (db) => readSecrets(db, vault, record_id))).not.toEqual({});
      }
    },
  );
});

describe('toolcrib vault', () => {
  test(
    'new-key shows a key only when it goes to no file; status and rewrap show ids',
    { timeout: 120_000 },
    async () => {
      verifies('CRD-06');
      const database = await createDatabase();
      const shown = await toolcrib(['vault', 'new-key']);
      expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/^tk_[\w-]{48}\n$/) });
      const file = join(folder, 'cli.keys');
      const outputs: string[] = [];
      for (let index = 0; index < 2; index += 1) {
        const added = await toolcrib(['vault', 'new-key', '--file', file]);
        expect(added).toMatchObject({ code: 0, out: '' });
        outputs.push(added.err);
      }
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const [current, old] = await idsOf(file);
      const environment = { TOOLCRIB_VAULT_KEY_FILE: file, TOOLCRIB_DATABASE_URL: database.url };
      const status = await toolcrib(['vault', 'status'], environment);
      expect(status).toMatchObject({
        code: 0,
        out: `KEY               TENANTS  STATE\n${current}  0        current\n${old}  0        unused, can be removed\n`,
      });
      const rewrapped = await toolcrib(['vault', 'rewrap'], environment);
      expect(rewrapped).toMatchObject({ code: 0, out: '', err: expect.stringContaining(current ?? '') });
      outputs.push(status.out, status.err, rewrapped.err);
      expect(outputs.join('')).not.toContain('tk_');
      await database.drop();
    },
  );

  test('new-key: a file that is no file of keys, or that another command changes, stays as it is', async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'my notes\n');
    expect(await toolcrib(['vault', 'new-key', '--file', file])).toMatchObject({ code: 1, out: '' });
    expect(readFileSync(file, 'utf8')).toBe('my notes\n');
    const keys = join(folder, 'busy.keys');
    writeFileSync(`${keys}.lock`, '');
    const busy = await toolcrib(['vault', 'new-key', '--file', keys]);
    expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('.lock') });
  });
});
