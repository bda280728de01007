// A13: no server in production works with a key that somebody else knows or could know, and none makes a new key where one
// is missing.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../server/src/base/log.ts';
import { documented_key, makeMasterKey, masterKeyText } from '../../server/src/credentials/vault/master-key.ts';
import { openMasterKeys } from '../../server/src/credentials/vault/open-master-keys.ts';
import type { VaultConfig } from '../../server/src/credentials/vault/open-master-keys.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, embeddedHome } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { startTestServer } from '../support/test-server.ts';
import { openTestVault } from '../support/test-vault.ts';

describe('A13 a default or guessable master key, and a start without one', () => {
  let home: StoreHome;
  let store: Store;
  let folder: string;
  beforeAll(async () => {
    home = await embeddedHome();
    store = await home.open();
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'toolcrib-keys-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (config: Partial<VaultConfig>) =>
    openMasterKeys(
      { store, log: createLog({ level: 'silent' }) },
      { mode: 'production', data_folder: folder, vault_key_file: undefined, vault_keys: [], ...config },
    );
  const refused = (problem: string | RegExp) => ({
    code: 'vault_key_invalid',
    message: expect.stringMatching(problem) as string,
  });
  const keyFile = (mode: number, text = `${makeMasterKey()}\n`): string => {
    const path = join(folder, 'keys');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  test('production does not start without a key, and makes none', async () => {
    await expect(open({})).rejects.toMatchObject(refused('there is none'));
    await expect(open({ vault_key_file: join(folder, 'absent') })).rejects.toMatchObject(refused('there is no file'));
    await expect(open({ vault_key_file: keyFile(0o600, '# nothing\n') })).rejects.toMatchObject(refused('is none'));
    expect(existsSync(join(folder, 'master.key'))).toBe(false);
    const server = startTestServer({
      config: { mode: 'production', public_urls: ['https://tools.example'], data_folder: join(folder, 'data') },
    });
    await expect(server).rejects.toMatchObject(refused('there is none'));
  });

  test.each([0o644, 0o640, 0o660, 0o602, 0o601])('a key file with the mode %o is refused', async (mode) => {
    await expect(open({ vault_key_file: keyFile(mode) })).rejects.toMatchObject(refused(`0${mode.toString(8)}`));
    const { warnings } = await open({ mode: 'development', vault_key_file: keyFile(mode) });
    expect(warnings).toEqual([expect.stringContaining(join(folder, 'keys'))]);
  });

  test.each([
    ['all the same', masterKeyText(Buffer.alloc(32, 7))],
    ['a repeated piece', masterKeyText(Buffer.from('0123456789abcdef'.repeat(4), 'hex'))],
    ['a sequence', masterKeyText(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))],
    ['a sequence backwards', masterKeyText(Buffer.from(Array.from({ length: 32 }, (_, index) => 250 - index)))],
    ['a text', masterKeyText(Buffer.from('correct horse battery staple 123'))],
    ['the example of the documentation', documented_key],
  ])('a weak key is refused in every mode: %s', async (_, key) => {
    for (const mode of ['production', 'development'] as const) {
      await expect(open({ mode, vault_keys: [key] })).rejects.toMatchObject(refused('weak'));
      await expect(open({ mode, vault_key_file: keyFile(0o600, key) })).rejects.toMatchObject(refused('weak'));
    }
  });

  test('a typo is told, with its line and without the key', async () => {
    const key = makeMasterKey();
    const wrong = `${key.slice(0, 10)}${key[10] === 'A' ? 'B' : 'A'}${key.slice(11)}`;
    const start = open({ vault_key_file: keyFile(0o600, `# ours\n${makeMasterKey()}\n${wrong}\n`) });
    await expect(start).rejects.toMatchObject(refused('line 3 of .* has a typo'));
    await expect(start).rejects.toMatchObject({ message: expect.not.stringContaining(wrong.slice(3, 12)) as string });
    await expect(open({ vault_keys: [key, 'changeme'] })).rejects.toMatchObject(refused('number 2 of vault.keys'));
    await expect(open({ vault_keys: [key, key] })).rejects.toMatchObject(refused('repeats'));
  });

  test('keys in a file and in a list are refused, since only one of them can be meant', async () => {
    const both = { vault_key_file: keyFile(0o600), vault_keys: [makeMasterKey()] };
    await expect(open(both)).rejects.toMatchObject(refused('both'));
    await expect(open({ ...both, mode: 'development' })).rejects.toMatchObject(refused('both'));
  });

  test('development makes a file for itself alone, names it, and uses it again', async () => {
    const file = join(folder, 'master.key');
    const { master, warnings } = await open({ mode: 'development' });
    expect(warnings).toEqual([expect.stringContaining(file)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect((await open({ mode: 'development' })).master.current()).toBe(master.current());
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('starts in development at once agree about the key', async () => {
    const starts = await Promise.all(Array.from({ length: 8 }, () => open({ mode: 'development' })));
    expect(new Set(starts.map(({ master }) => master.current())).size).toBe(1);
  });

  test('a database whose keys need a master key that is not there is refused, and told how many tenants', async () => {
    const { master } = await open({ mode: 'development' });
    const vault = openTestVault(store, master);
    for (const slug of ['one', 'two']) await vault.of((await addTenant(store, slug)).tenant_id);
    rmSync(join(folder, 'master.key'));
    const missing = {
      code: 'vault_key_missing',
      message: `The master key ${master.current()} that 2 tenant(s) are sealed with is not configured.`,
    };
    await expect(open({ mode: 'development' })).rejects.toMatchObject(missing);
    expect(existsSync(join(folder, 'master.key'))).toBe(false);
    await expect(open({ vault_keys: [makeMasterKey()] })).rejects.toMatchObject(missing);
    await expect(open({ vault_key_file: keyFile(0o600) })).rejects.toMatchObject(missing);
  });
});
