// What is sealed opens only unchanged, where it was sealed, for whom it was sealed, with the key it was sealed with.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newMasterKey, testMasterKeys } from '../../../../test/support/test-vault.ts';
import { randomIds } from '../../base/ids.ts';
import { createTenantVault } from './tenant-vault.ts';
import type { SealedAt, TenantVault } from './vault.ts';

const tenant_id = randomIds.uuid();
const bytes = randomBytes(32);
const id = randomIds.uuid();
const vault = createTenantVault({ tenant_id, id, bytes });
const refused = expect.objectContaining({ code: 'vault_unavailable' }) as unknown;

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const place: fc.Arbitrary<SealedAt> = fc.record({
  record_id: fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 8 })),
  field: fc.oneof(fc.constantFrom('token', 'user', 'password'), fc.string({ unit: 'binary', maxLength: 8 })),
});

function expectRefused(other: TenantVault, at: SealedAt, sealed: Buffer): void {
  expect(() => other.open(at, sealed)).toThrow(refused);
}

describe('a sealed text', () => {
  test('opens where it was sealed', () => {
    fc.assert(
      fc.property(place, text, (at, plaintext) => {
        expect(vault.open(at, vault.seal(at, plaintext))).toBe(plaintext);
      }),
    );
  });

  test('opens nowhere else: no other record, no other field, however the texts are cut', () => {
    fc.assert(
      fc.property(place, place, text, (at, other, plaintext) => {
        fc.pre(at.record_id !== other.record_id || at.field !== other.field);
        expectRefused(vault, other, vault.seal(at, plaintext));
      }),
    );
    fc.assert(
      fc.property(fc.string({ minLength: 2, maxLength: 20 }), fc.nat(), fc.nat(), (whole, one, two) => {
        const cut = (at: number): SealedAt => {
          const end = at % whole.length;
          return { record_id: whole.slice(0, end), field: whole.slice(end) };
        };
        fc.pre(one % whole.length !== two % whole.length);
        expectRefused(vault, cut(two), vault.seal(cut(one), 'secret'));
      }),
    );
  });

  test('opens for no other tenant and with no other key', () => {
    const at = { record_id: randomIds.uuid(), field: 'token' };
    const sealed = vault.seal(at, 'secret');
    expectRefused(createTenantVault({ tenant_id: randomIds.uuid(), id, bytes }), at, sealed);
    expectRefused(createTenantVault({ tenant_id, id: randomIds.uuid(), bytes }), at, sealed);
    expectRefused(createTenantVault({ tenant_id, id, bytes: randomBytes(32) }), at, sealed);
  });

  test('is refused with any bit changed, any byte missing or added', () => {
    const at = { record_id: randomIds.uuid(), field: 'token' };
    const sealed = vault.seal(at, 'a secret');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expectRefused(vault, at, changed);
    }
    for (let length = 0; length < sealed.length; length += 1) expectRefused(vault, at, sealed.subarray(0, length));
    expectRefused(vault, at, Buffer.concat([sealed, Buffer.alloc(1)]));
  });

  test('is never the same twice, and no error tells it', () => {
    const at = { record_id: randomIds.uuid(), field: 'token' };
    const sealed = Array.from({ length: 1_000 }, () => vault.seal(at, 'planted').toString('hex'));
    expect(new Set(sealed).size).toBe(1_000);
    expect(new Set(sealed.map((one) => one.slice(34, 58))).size).toBe(1_000);
    const elsewhere = { ...at, field: 'user' };
    expect(() => vault.open(elsewhere, Buffer.from(sealed[0] ?? '', 'hex'))).not.toThrow(/planted/);
  });
});

describe('a wrapped key', () => {
  test('unwraps for its tenant and id, with its master key, unchanged', async () => {
    const [own, foreign] = [newMasterKey(), newMasterKey()];
    const master = await testMasterKeys([own]);
    const both = await testMasterKeys([foreign, own]);
    const context = { tenant_id, data_key_id: id };
    const wrapped = await master.wrap(context, bytes);
    expect(wrapped.master_key_id).toBe(own.id);
    expect(await both.unwrap(context, wrapped)).toEqual(bytes);
    const wrong = [
      both.unwrap({ ...context, tenant_id: randomIds.uuid() }, wrapped),
      both.unwrap({ ...context, data_key_id: randomIds.uuid() }, wrapped),
      both.unwrap(context, { ...wrapped, master_key_id: foreign.id }),
      both.unwrap(context, { ...wrapped, wrapped: wrapped.wrapped.subarray(1) }),
    ];
    for (const attempt of wrong) await expect(attempt).rejects.toThrow(refused);
    const missing = (await testMasterKeys([foreign])).unwrap(context, wrapped);
    await expect(missing).rejects.toMatchObject({ code: 'vault_key_missing' });
  });
});
