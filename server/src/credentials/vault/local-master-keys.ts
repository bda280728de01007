// Master keys in the memory of this process, from a file or a list. A key that is removed while the server runs goes on
// unwrapping until nothing is wrapped by it, so that a mistake in the file loses nothing.
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { boundTo } from './bound-to.ts';
import type { MasterKey } from './master-key.ts';
import type { MasterKeys, WrapContext, WrappedKey } from './master-keys.ts';

export interface LocalMasterKeysDeps {
  /** The keys as they are configured now, the current one first, at least one. Rejects with `vault_key_invalid`. */
  readonly read: () => Promise<readonly MasterKey[]>;
  readonly log: Log;
}

const format = 1;
const nonce_bytes = 12;
const tag_bytes = 16;

/** Reads the keys and keeps them. Rejects with `vault_key_invalid`. */
export async function openLocalMasterKeys({ read, log }: LocalMasterKeysDeps): Promise<MasterKeys> {
  const ring = new KeyRing(await read());
  let problem: string | undefined;
  const refresh = async (): Promise<void> => {
    try {
      const before = ring.current();
      ring.take(await read());
      if (before !== ring.current()) log.info('vault-master-key-changed', { from: before, to: ring.current() });
      problem = undefined;
    } catch (thrown) {
      // The file is looked at every second; one line for each thing that is wrong with it is enough.
      if (problem !== String(thrown)) log.error('vault-keys-refused', { error: thrown });
      problem = String(thrown);
    }
  };
  const find = async (id: string): Promise<KeyObject | undefined> => {
    if (ring.get(id) === undefined) await refresh();
    return ring.get(id);
  };
  return {
    current: () => ring.current(),
    version: () => ring.version(),
    wrap: (context, key) => Promise.resolve(wrap(ring, context, key)),
    unwrap: async (context, wrapped) => unwrap(await find(wrapped.master_key_id), context, wrapped),
    has: async (id) => (await find(id)) !== undefined,
    refresh,
    forgetRemoved: () => ring.forgetRemoved(),
  };
}

/** The keys that are configured and those that were. */
class KeyRing {
  readonly #keys = new Map<string, KeyObject>();
  #configured: readonly string[] = [];
  #version = 0;

  constructor(keys: readonly MasterKey[]) {
    this.take(keys);
  }

  take(keys: readonly MasterKey[]): void {
    if (keys.length === 0) throw new TypeError('There is no master key');
    for (const { id, bytes } of keys) if (!this.#keys.has(id)) this.#keys.set(id, createSecretKey(bytes));
    const ids = keys.map(({ id }) => id);
    if (ids.join() !== this.#configured.join()) this.#version += 1;
    this.#configured = ids;
  }

  version(): number {
    return this.#version;
  }

  current(): string {
    return this.#configured[0] ?? '';
  }

  get(id: string): KeyObject | undefined {
    return this.#keys.get(id);
  }

  forgetRemoved(): void {
    for (const id of this.#keys.keys()) if (!this.#configured.includes(id)) this.#keys.delete(id);
  }
}

function wrap(ring: KeyRing, context: WrapContext, key: Buffer): WrappedKey {
  const master_key_id = ring.current();
  const master = ring.get(master_key_id);
  if (master === undefined) throw new TypeError('The current master key is not there');
  const nonce = randomBytes(nonce_bytes);
  const cipher = createCipheriv('aes-256-gcm', master, nonce);
  cipher.setAAD(placeOf(context, master_key_id));
  const wrapped = Buffer.concat([Buffer.of(format), nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return { master_key_id, wrapped };
}

function unwrap(master: KeyObject | undefined, context: WrapContext, { master_key_id, wrapped }: WrappedKey): Buffer {
  if (master === undefined) {
    throw new ToolcribError('vault_key_missing', { params: { key: master_key_id, count: 1 } });
  }
  try {
    if (wrapped[0] !== format) throw new TypeError('The wrapped key has an unknown format');
    const body = wrapped.subarray(1 + nonce_bytes, wrapped.length - tag_bytes);
    const options = { authTagLength: tag_bytes };
    const decipher = createDecipheriv('aes-256-gcm', master, wrapped.subarray(1, 1 + nonce_bytes), options);
    decipher.setAAD(placeOf(context, master_key_id));
    decipher.setAuthTag(wrapped.subarray(wrapped.length - tag_bytes));
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw new ToolcribError('vault_unavailable', { cause });
  }
}

function placeOf({ tenant_id, data_key_id }: WrapContext, master_key_id: string): Buffer {
  return boundTo(['toolcrib data key', tenant_id, data_key_id, master_key_id]);
}
