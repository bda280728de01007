// The auth services `oidc` and `google` against a real OpenID provider: which tokens vouch for their bearer, and which do not.
import { createPublicKey } from 'node:crypto';
import { CompactSign, EncryptJWT, SignJWT, UnsecuredJWT, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { JWTHeaderParameters } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../server/src/base/clock.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import type { AuthService } from '../../server/src/catalog/auth-service.ts';
import { createGoogleAuth } from '../../server/src/kinds/oidc/google-auth.ts';
import { oidcAuth } from '../../server/src/kinds/oidc/oidc-auth.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';

let provider: OidcProvider;
let http: HttpClient;
beforeAll(async () => {
  provider = await startOidcProvider();
  http = createHttpClient({ allowed_private: ['127.0.0.1'] });
});
afterAll(async () => {
  await http.close();
  await provider.stop();
});

/** Starts at the real time, because the provider's is; moves when a test says so. */
let passed_ms = 0;
const clock: Clock = { now: () => Date.now() + passed_ms, monotonic: () => performance.now() + passed_ms };
beforeEach(() => {
  passed_ms = 0;
});

const silent = (): undefined => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

function openOidc(fields: Readonly<Record<string, unknown>> = {}): AuthService {
  const config = oidcAuth.fields.parse({ issuer: provider.issuer, audience: 'web', ...fields });
  return oidcAuth.open('idp', config, { clock, log, http });
}

const now_s = (): number => Math.floor(clock.now() / 1_000);

/** A token that the provider itself would not issue, signed with its own key. */
async function signed(
  claims: Readonly<Record<string, unknown>>,
  header: { readonly [Name in keyof JWTHeaderParameters]?: JWTHeaderParameters[Name] | undefined } = {},
): Promise<string> {
  const [key] = provider.keys();
  const private_key = await importJWK({ ...key }, 'RS256');
  const payload = { iss: provider.issuer, aud: 'web', sub: 'ada', exp: now_s() + 600, ...claims };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: key?.kid ?? '', ...header } as JWTHeaderParameters)
    .sign(private_key);
}

const refused = (reason: string) => ({
  code: 'token_refused',
  message: `The token of "idp" is not accepted: ${reason}.`,
});

describe('an ID token that the provider has issued', () => {
  test('gives its claims', async () => {
    const claims = { sub: 'grace', email: 'grace@example.com', groups: ['a', 'b'], user_id: 7 };
    const token = await provider.issueIdToken({ audience: 'web', claims });
    await expect(openOidc().verify(token)).resolves.toMatchObject({ ...claims, iss: provider.issuer, aud: 'web' });
  });

  test.each([
    ['a list of audiences', { audience: ['other', 'web'] }],
    [
      'the fields of the toolbox',
      { issuer: undefined, authorizationServer: 'PROVIDER', scopesRequired: [], mcpEnabled: false },
    ],
    ['a server with a slash', { issuer: undefined, authorizationServer: 'PROVIDER/' }],
  ])('is accepted with %s', async (_name, fields) => {
    const filled = JSON.parse(JSON.stringify(fields).replace('PROVIDER', provider.issuer)) as Record<string, unknown>;
    const config = {
      audience: 'web',
      ...('authorizationServer' in filled ? {} : { issuer: provider.issuer }),
      ...filled,
    };
    const service = oidcAuth.open('idp', oidcAuth.fields.parse(config), { clock, log, http });
    await expect(service.verify(await provider.issueIdToken({ audience: 'web' }))).resolves.toMatchObject({
      sub: 'ada',
    });
  });

  test('A03 for another audience is refused', async () => {
    const token = await provider.issueIdToken({ audience: 'another-app' });
    await expect(openOidc().verify(token)).rejects.toMatchObject(refused('wrong audience'));
  });

  test('A03 of another provider is refused, although its issuer and audience look right', async () => {
    const [key] = provider.keys();
    const { privateKey } = await generateKeyPair('RS256');
    for (const kid of [key?.kid ?? '', 'unknown']) {
      const token = await new SignJWT({ iss: provider.issuer, aud: 'web', exp: now_s() + 600 })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(privateKey);
      await expect(openOidc().verify(token)).rejects.toMatchObject(refused('bad signature'));
    }
  });

  test('is accepted until it expires, also when it is remembered', async () => {
    const service = openOidc();
    const token = await provider.issueIdToken({ audience: 'web', expires_in_s: 120 });
    await service.verify(token);
    passed_ms = 119_000;
    await expect(service.verify(token)).resolves.toMatchObject({ sub: 'ada' });
    passed_ms = 152_000;
    const error = { code: 'token_expired', message: 'The token of "idp" has expired.' };
    await expect(service.verify(token)).rejects.toMatchObject(error);
    await expect(openOidc().verify(token)).rejects.toMatchObject(error);
  });
});

describe('a token is refused', () => {
  test.each([
    ['of another issuer', { iss: 'https://other.example' }, {}, 'wrong issuer'],
    ['whose issuer has a slash too many', { iss: 'PROVIDER/' }, {}, 'wrong issuer'],
    ['that is not valid yet', { nbf: 'LATER' }, {}, 'not yet valid'],
    ['without an expiry', { exp: undefined }, {}, 'missing claim'],
    ['without an audience', { aud: undefined }, {}, 'missing claim'],
    ['without an issuer', { iss: undefined }, {}, 'missing claim'],
    ['whose expiry is no number', { exp: 'never' }, {}, 'malformed'],
    ['whose audience is almost right', { aud: ['Web', 'web ', 'webb'] }, {}, 'wrong audience'],
    ['that wants something to be understood', {}, { crit: ['b64'], b64: true }, 'malformed'],
    ['that ends sessions', {}, { typ: 'logout+jwt' }, 'malformed'],
    ['whose type is no text', {}, { crit: undefined, typ: 7 }, 'malformed'],
  ])('%s', async (_name, claims, header, reason) => {
    const text = JSON.stringify(claims, (_key, value: unknown) => (value === undefined ? null : value));
    const filled = JSON.parse(
      text.replace('PROVIDER', provider.issuer).replace('"LATER"', String(now_s() + 120)),
    ) as object;
    const present = Object.fromEntries(Object.entries(filled).map(([key, value]) => [key, value ?? undefined]));
    // What the library refuses to sign is put into the header by hand.
    const token = await signed(present, 'crit' in header ? {} : header);
    const sent = 'crit' in header ? await resigned(token, header) : token;
    await expect(openOidc().verify(sent)).rejects.toMatchObject(refused(reason));
  });

  test.each(['', '.', '..', 'a.b.c', 'x'.repeat(17 * 1024), 'null', 'eyJhbGciOiJSUzI1NiJ9', '🦊.🦊.🦊'])(
    'that is none: %s',
    async (token) => {
      await expect(openOidc().verify(token)).rejects.toMatchObject(refused('malformed'));
    },
  );

  test('that is longer than any real one', async () => {
    const token = await signed({ pad: 'x'.repeat(16 * 1024) });
    await expect(openOidc().verify(token)).rejects.toMatchObject(refused('malformed'));
  });

  test('that nobody has signed, or anybody could have', async () => {
    const claims = { iss: provider.issuer, aud: 'web', exp: now_s() + 600 };
    const [key] = provider.keys();
    const kid = key?.kid ?? '';
    const pem = createPublicKey({ key: { ...key }, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const shared = [Buffer.from(pem), Buffer.from(JSON.stringify(key)), Buffer.from(key?.n ?? '')];
    const tokens = [
      new UnsecuredJWT(claims).encode(),
      ...(await Promise.all(
        shared.flatMap((secret) =>
          ['HS256', 'HS512'].map((alg) => new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(secret)),
        ),
      )),
      await new EncryptJWT(claims).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(new Uint8Array(32)),
    ];
    for (const token of tokens) {
      await expect(openOidc().verify(token)).rejects.toMatchObject(refused('algorithm not allowed'));
    }
  });

  test('that brings its own key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const own = await exportJWK(publicKey);
    const before = provider.requests.length;
    const headers = [{ jwk: own }, { jku: `${provider.issuer}/evil` }, { x5u: `${provider.issuer}/evil` }];
    for (const header of headers) {
      for (const kid of [provider.keys()[0]?.kid, undefined, '../../evil']) {
        const token = await new SignJWT({ iss: provider.issuer, aud: 'web', exp: now_s() + 600 })
          .setProtectedHeader({ alg: 'RS256', ...(kid === undefined ? {} : { kid }), ...header })
          .sign(privateKey);
        await expect(openOidc().verify(token)).rejects.toMatchObject(refused('bad signature'));
      }
    }
    expect(provider.requests.slice(before).filter((path) => path.includes('evil'))).toEqual([]);
  });

  test('that was changed anywhere', async () => {
    const token = await provider.issueIdToken({ audience: 'web' });
    const service = openOidc();
    await service.verify(token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify({ iss: provider.issuer, aud: 'web', sub: 'root', exp: now_s() + 600 }));
    const changed = [
      `${header}.${other.toString('base64url')}.${signature}`,
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${payload}.`,
    ];
    for (const one of changed) await expect(service.verify(one)).rejects.toMatchObject({ code: 'token_refused' });
  });

  test('without ever being repeated in the error', async () => {
    const token = await provider.issueIdToken({ audience: 'another-app', claims: { email: 'marked@example.com' } });
    const error: unknown = await openOidc()
      .verify(token)
      .catch((thrown: unknown) => thrown);
    const { message, hint } = error as { message: string; hint: string };
    for (const part of [...token.split('.'), 'marked', 'another-app', provider.issuer]) {
      expect(`${message} ${hint}`).not.toContain(part);
    }
  });
});

/** The same token with more in its header, signed again by the provider's key. */
async function resigned(token: string, more: object): Promise<string> {
  const [, payload = ''] = token.split('.');
  const [key] = provider.keys();
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: key?.kid, ...more })).toString('base64url');
  const imported = (await importJWK({ ...key }, 'RS256')) as Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  const data = new TextEncoder().encode(`${header}.${payload}`);
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', imported, data);
  return `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`;
}

describe('scopes', () => {
  const audience = 'https://api.example';

  test('that are required must all be there', async () => {
    const token = await provider.issueAccessToken({ audience, scopes: ['read', 'write'] });
    await expect(openOidc({ audience, scopes: ['write'] }).verify(token)).resolves.toMatchObject({ sub: 'machine' });
    const strict = openOidc({ audience, scopesRequired: ['read', 'admin'] });
    await expect(strict.verify(token)).rejects.toMatchObject(refused('missing scope'));
  });

  test.each([{ scp: 'read write' }, { scp: ['read', 'write'] }, { scope: ['write', 'read'] }])(
    'may come as %j',
    async (claims) => {
      await expect(openOidc({ scopes: ['read', 'write'] }).verify(await signed(claims))).resolves.toMatchObject(claims);
    },
  );

  test.each([{}, { scope: 'reads' }, { scope: 7 }, { scope: null }])('do not come as %j', async (claims) => {
    await expect(openOidc({ scopes: ['read'] }).verify(await signed(claims))).rejects.toMatchObject(
      refused('missing scope'),
    );
  });
});

test('a number beyond 2^53 in a claim stays exact', async () => {
  const [key] = provider.keys();
  const text = `{"iss":"${provider.issuer}","aud":"web","exp":${now_s() + 600},"user_id":9007199254740993,"ratio":0.5}`;
  const token = await new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'RS256', kid: key?.kid ?? '' })
    .sign(await importJWK({ ...key }, 'RS256'));
  const claims = await openOidc().verify(token);
  expect([claims['user_id'], claims['ratio']]).toEqual([9_007_199_254_740_993n, 0.5]);
});

test('a token that does not name its key is tried with those of the issuer', async () => {
  const token = await signed({}, { kid: undefined });
  await expect(openOidc().verify(token)).resolves.toMatchObject({ sub: 'ada' });
  await provider.rotateKeys({ keep: true });
  await expect(openOidc().verify(token)).resolves.toMatchObject({ sub: 'ada' });
});

describe('google', () => {
  const open = () => {
    const kind = createGoogleAuth({
      issuers: [provider.issuer, 'accounts.example'],
      jwks_uri: `${provider.issuer}/jwks`,
    });
    return kind.open('idp', kind.fields.parse({ clientId: 'web' }), { clock, log, http });
  };

  test('accepts an ID token for its client, under each name of the issuer', async () => {
    const token = await provider.issueIdToken({ audience: 'web', claims: { email: 'a@example.com' } });
    await expect(open().verify(token)).resolves.toMatchObject({ email: 'a@example.com' });
    await expect(open().verify(await signed({ iss: 'accounts.example' }))).resolves.toMatchObject({ sub: 'ada' });
  });

  test('refuses one for another client, and one of another issuer', async () => {
    const token = await provider.issueIdToken({ audience: 'another-app' });
    await expect(open().verify(token)).rejects.toMatchObject(refused('wrong audience'));
    await expect(open().verify(await signed({ iss: 'https://accounts.google.com' }))).rejects.toMatchObject(
      refused('wrong issuer'),
    );
  });
});
