import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import { ToolcribError } from '../base/errors.ts';
import type { AuthService, Claims } from '../catalog/auth-service.ts';
import type { Parameter } from '../catalog/parameters.ts';
import { fillParameter, verifyTokens } from './verify.ts';

const caller = {
  user_id: 'u1',
  user_email: 'ada@example.com',
  user_name: 'Ada',
  tenant_id: 't1',
  tenant_slug: 'acme',
  workspace_id: 'w1',
};

/** Takes JSON as claims, refuses everything else. */
function service(name: string): AuthService {
  return {
    name,
    type: 'test',
    verify: async (token) => {
      if (token === 'old') throw new ToolcribError('token_expired', { params: { service: name } });
      if (token === 'down') throw new ToolcribError('issuer_unavailable', { params: { service: name } });
      if (token === 'bad')
        throw new ToolcribError('token_refused', { params: { service: name, reason: 'bad signature' } });
      return JSON.parse(token) as Claims;
    },
  };
}

const services = new Map(['a', 'b'].map((name) => [name, service(name)]));

async function verified(tokens: Readonly<Record<string, string>>, required: readonly string[] = []) {
  return verifyTokens({ required, services }, (name) => tokens[name]);
}

function parameter(claims: readonly string[], required = true): Parameter {
  const filled_from = { kind: 'claims', claims: claims.map((one) => ({ service: one, field: 'sub' })) } as const;
  return { name: 'p', type: 'string', description: 'd', required, filled_from };
}

describe('one of the required services', () => {
  test.each([[{ a: '{}' }], [{ b: '{}' }], [{ a: 'bad', b: '{}' }], [{ a: 'down', b: '{}' }]])(
    'vouches with %j',
    async (tokens) => {
      verifies('DBT-08');
      await expect(verified(tokens, ['a', 'b'])).resolves.toBeDefined();
    },
  );

  test.each([
    [{}, 'token_missing', 'The tool needs a token of "a" or "b".'],
    [{ a: 'old' }, 'token_expired', 'The token of "a" has expired.'],
    [{ b: 'bad' }, 'token_refused', 'The token of "b" is not accepted: bad signature.'],
    [{ a: 'down' }, 'issuer_unavailable', expect.stringContaining('The issuer of "a" cannot be reached')],
  ])('does not with %j, and it is told why', async (tokens, code, message) => {
    verifies('DBT-08');
    const expected: Readonly<Record<string, unknown>> = { code, message };
    await expect(verified(tokens, ['a', 'b'])).rejects.toMatchObject(expected);
  });

  test('is asked for by its header', async () => {
    await expect(verified({}, ['a'])).rejects.toMatchObject({ hint: 'Send it in the header a_token.' });
  });
});

describe('a parameter that a claim fills in', () => {
  test.each([
    ['the first service that has it', { a: '{"sub":"x"}', b: '{"sub":"y"}' }, 'x'],
    ['the second where the first has sent no token', { b: '{"sub":"y"}' }, 'y'],
    ['the second where the first has no such claim', { a: '{}', b: '{"sub":"y"}' }, 'y'],
    ['the second where the first is refused', { a: 'bad', b: '{"sub":"y"}' }, 'y'],
  ])('comes from %s', async (_case, tokens, value) => {
    verifies('DBT-07');
    expect(fillParameter(parameter(['a', 'b']), await verified(tokens), caller)).toBe(value);
  });

  test.each([
    ['no token', {}, 'token_missing'],
    ['a refused token', { a: 'bad' }, 'token_refused'],
    ['an expired token', { a: 'old' }, 'token_expired'],
    ['a token without the claim', { a: '{"constructor":"x"}' }, 'token_refused'],
  ])('is refused with %s', async (_case, tokens, code) => {
    verifies('DBT-07');
    const vouchers = await verified(tokens);
    expect(() => fillParameter(parameter(['a']), vouchers, caller)).toThrow(expect.objectContaining({ code }));
  });

  test('is NULL where it is optional and no token came, but not where one was refused', async () => {
    verifies('DBT-07');
    expect(fillParameter(parameter(['a'], false), await verified({}), caller)).toBeNull();
    expect(fillParameter(parameter(['a'], false), await verified({ a: '{}' }), caller)).toBeNull();
    const vouchers = await verified({ a: 'bad' });
    expect(() => fillParameter(parameter(['a'], false), vouchers, caller)).toThrow(
      expect.objectContaining({ code: 'token_refused' }),
    );
  });

  test('of the object that every object inherits from is none', async () => {
    const filled_from = { kind: 'claims', claims: [{ service: 'a', field: 'constructor' }] } as const;
    const vouchers = await verified({ a: '{}' });
    expect(() => fillParameter({ ...parameter(['a']), filled_from }, vouchers, caller)).toThrow('has no claim');
  });
});

test('a fact about the caller fills a parameter in', () => {
  const filled_from = { kind: 'caller', fact: '$user.email' } as const;
  expect(fillParameter({ ...parameter([]), filled_from }, undefined, caller)).toBe('ada@example.com');
});
