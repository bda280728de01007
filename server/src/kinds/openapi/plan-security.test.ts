import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import { readOpenApi } from './openapi-document.ts';
import { fittingAccounts, planSecurity, writeAccount } from './plan-security.ts';

const securitySchemes = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  grant: { type: 'oauth2', flows: {} },
  basic: { type: 'http', scheme: 'basic' },
  digest: { type: 'http', scheme: 'digest' },
};

function planOf(security: readonly object[] | undefined) {
  const root = { openapi: '3.1.0', paths: {}, components: { securitySchemes } } as unknown as JsonObject;
  const { document } = readOpenApi(root);
  if (document === undefined) throw new Error('no document');
  return planSecurity(document, (security === undefined ? {} : { security }) as JsonObject);
}

type Strategy = 'oauth2' | 'token' | 'username_password' | 'custom';

const need = (...strategies: readonly Strategy[]) => {
  return { systems: ['shop'], strategies, scopes: ['base'] };
};

function headersFor(security: readonly object[], strategies: readonly Strategy[], account: Record<string, string>) {
  const fitting = fittingAccounts(planOf(security), need(...strategies));
  const headers = new Map<string, string>();
  return writeAccount(fitting?.ways ?? [], account, { headers, query: [] }) ? Object.fromEntries(headers) : undefined;
}

describe('fittingAccounts', () => {
  const either = [{ key: [] }, { grant: ['read:pets'] }];

  it('sends a token where grants go when the source takes grants, else as the key', () => {
    expect(headersFor(either, ['oauth2', 'token'], { token: 't' })).toEqual({ authorization: 'Bearer t' });
    expect(headersFor(either, ['token'], { token: 't' })).toEqual({ 'x-key': 't' });
    expect(headersFor([{ grant: [] }, { key: [] }], ['token'], { token: 't' })).toEqual({ 'x-key': 't' });
  });

  it('asks for the scopes of the operation beside those of the source, where there are grants', () => {
    expect(fittingAccounts(planOf(either), need('oauth2', 'token'))?.need.scopes).toEqual(['base', 'read:pets']);
    expect(fittingAccounts(planOf(either), need('token'))?.need).toMatchObject({ scopes: [], strategies: ['token'] });
  });

  it('leaves out what cannot be kept, and knows operations for anybody', () => {
    expect(fittingAccounts(planOf([{ digest: [] }]), need('username_password'))).toBeUndefined();
    expect(fittingAccounts(planOf([{ digest: [] }, { basic: [] }]), need('username_password'))).toBeDefined();
    expect(fittingAccounts(planOf([{ basic: [], key: [] }]), need('custom'))).toBeUndefined();
    expect([planOf([]).is_open, planOf([{}, { key: [] }]).is_open, planOf([{ key: [] }]).is_open]).toEqual([
      true,
      true,
      false,
    ]);
    expect(planOf(undefined).ways).toHaveLength(3);
  });

  it('writes nothing that a header cannot have', () => {
    expect(headersFor([{ key: [] }], ['token'], { token: 'a\r\nb: c' })).toBeUndefined();
    expect(headersFor([{ basic: [] }], ['username_password'], { user: 'a:b', password: 'c' })).toBeUndefined();
  });
});
