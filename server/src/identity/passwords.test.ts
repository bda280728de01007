import { argon2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createPasswords, requireGoodPassword } from './passwords.ts';

describe('hashing', () => {
  test('argon2id in the PHC form, another salt each time; it matches its own password alone', async () => {
    const passwords = createPasswords();
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify('correct horse', one)).toEqual({ matches: true, outdated: false });
    expect(await passwords.verify('correct horsf', one)).toEqual({ matches: false, outdated: false });
  });

  test('says when a hash was made with other parameters', async () => {
    const [salt, base64] = [Buffer.alloc(16, 7), (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')];
    const weak = { message: 'old', nonce: salt, parallelism: 1, tagLength: 32, memory: 64, passes: 1 };
    const stored = `$argon2id$v=19$m=64,t=1,p=1$${base64(salt)}$${base64(argon2Sync('argon2id', weak))}`;
    expect(await createPasswords().verify('old', stored)).toEqual({ matches: true, outdated: true });
  });

  test.each([[undefined], [''], ['$argon2id$'], ['plain text']])(
    '%j matches nothing, and costs a hash',
    async (stored) => {
      const passwords = createPasswords();
      expect((await passwords.verify('', stored)).matches).toBe(false);
      expect(passwords.computed()).toBe(1);
    },
  );

  test('a few at once; too many are refused before they cost anything', async () => {
    const passwords = createPasswords({ at_once: 2, waiting: 3 });
    const attempts = Array.from({ length: 10 }, () =>
      passwords.verify('x', undefined).then(
        () => 'computed',
        (thrown: unknown) => (thrown as { readonly code: string }).code,
      ),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((one) => one === 'rate_limited')).toHaveLength(5);
    expect(passwords.computed()).toBe(5);
  });
});

describe('which passwords may be set', () => {
  test.each(['a'.repeat(12), 'ﬁ'.repeat(6), '🐎'.repeat(12), 'a'.repeat(1_024)])('%# is good', (password) => {
    expect(() => requireGoodPassword(password)).not.toThrow();
  });

  test.each(['', 'a'.repeat(11), '🐎'.repeat(11), 'a'.repeat(1_025), '🐎'.repeat(257)])('%# is not', (password) => {
    expect(() => requireGoodPassword(password)).toThrow('password');
  });
});
