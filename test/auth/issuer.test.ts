// The keys of an issuer, against a real OpenID provider: its keys rotate, it goes down and comes back, and it may be hostile.
import { SignJWT, exportJWK, generateKeyPair, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../server/src/base/clock.ts';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import { limits } from '../../server/src/base/limits.ts';
import type { AuthService } from '../../server/src/catalog/auth-service.ts';
import { createGoogleAuth } from '../../server/src/kinds/oidc/google-auth.ts';
import { oidcAuth } from '../../server/src/kinds/oidc/oidc-auth.ts';
import { loadTexts } from '../support/load-texts.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { memoryKinds } from '../support/memory-kinds.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';

let provider: OidcProvider;
let http: HttpClient;
let passed_ms: number;
const clock: Clock = { now: () => Date.now() + passed_ms, monotonic: () => performance.now() + passed_ms };
const silent = (): undefined => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

beforeEach(async () => {
  passed_ms = 0;
  provider = await startOidcProvider();
  http = createHttpClient({ allowed_private: ['127.0.0.1'] });
});
afterEach(async () => {
  await http.close();
  await provider.stop();
});

function open(issuer = provider.issuer): AuthService {
  const config = oidcAuth.fields.parse({ issuer, audience: 'web' });
  return oidcAuth.open('idp', config, { clock, log, http });
}

const issue = (expires_in_s = 86_400) => provider.issueIdToken({ audience: 'web', expires_in_s });
const keyRequests = () => provider.requests.filter((path) => path === '/jwks').length;

/** Tokens that name keys which nobody has. */
async function strangers(count: number): Promise<readonly string[]> {
  const { privateKey } = await generateKeyPair('ES256');
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      new SignJWT({ iss: provider.issuer, aud: 'web', exp: Math.floor(clock.now() / 1_000) + 600 })
        .setProtectedHeader({ alg: 'ES256', kid: `stranger-${index}` })
        .sign(privateKey),
    ),
  );
}

describe('keys', () => {
  test('are fetched when the first token comes, once for many at once', async () => {
    const service = open();
    expect(provider.requests).toEqual([]);
    const tokens = [await issue(), await issue(), await issue()];
    await Promise.all(tokens.flatMap((token) => Array.from({ length: 20 }, () => service.verify(token))));
    expect(keyRequests()).toBe(1);
  });

  test('that rotate are picked up at once, again and again', async () => {
    const service = open();
    await service.verify(await issue());
    for (let rotation = 0; rotation < 2; rotation += 1) {
      await provider.rotateKeys();
      await expect(service.verify(await issue())).resolves.toMatchObject({ sub: 'ada' });
    }
    expect(keyRequests()).toBe(3);
  });

  test('that were withdrawn are trusted no longer than the stated time, although the token is remembered', async () => {
    const service = open();
    const token = await issue();
    await service.verify(token);
    await provider.rotateKeys();
    await expect(service.verify(token)).resolves.toMatchObject({ sub: 'ada' });
    passed_ms = limits.issuer_keys_fresh_ms + 1;
    // The first one starts the fetch and does not wait for it.
    await expect
      .poll(() =>
        service.verify(token).then(
          () => 'accepted',
          (thrown: unknown) => (thrown as Error).message,
        ),
      )
      .toBe('The token of "idp" is not accepted: bad signature.');
  });

  test('that nobody has make a few fetches, however many tokens name them', async () => {
    const service = open();
    const known = await issue();
    await service.verify(known);
    const results = await Promise.allSettled((await strangers(200)).map((token) => service.verify(token)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    for (const token of await strangers(50)) await expect(service.verify(token)).rejects.toBeInstanceOf(ToolcribError);
    expect(keyRequests()).toBeLessThanOrEqual(limits.issuer_fetches);
    // Who has a key that is known is not held up by them.
    await expect(service.verify(await issue())).resolves.toMatchObject({ sub: 'ada' });
    const [late = ''] = await strangers(1);
    await expect(service.verify(late)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    passed_ms = limits.issuer_refetch_ms + 1;
    await expect(service.verify(late)).rejects.toMatchObject({ code: 'token_refused' });
  });
});

describe('an issuer that is down', () => {
  test('fails those who need it, and is found again when it is back', async () => {
    const token = await issue();
    await provider.stop();
    const service = open();
    for (let asked = 0; asked < 5; asked += 1) {
      await expect(service.verify(token)).rejects.toMatchObject({ code: 'issuer_unavailable', status: 503 });
    }
    await provider.start();
    passed_ms = limits.issuer_refetch_ms + 1;
    await expect(service.verify(token)).resolves.toMatchObject({ sub: 'ada' });
  });

  test('leaves the keys that are known at work for the stated time', async () => {
    const service = open();
    const first = await issue();
    const second = await issue();
    await service.verify(first);
    const [stranger = ''] = await strangers(1);
    await provider.stop();
    await expect(service.verify(second)).resolves.toMatchObject({ sub: 'ada' });
    await expect(service.verify(stranger)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    passed_ms = limits.issuer_keys_kept_ms - 1_000;
    await expect(service.verify(first)).resolves.toMatchObject({ sub: 'ada' });
    await expect(service.verify(second)).resolves.toMatchObject({ sub: 'ada' });
    passed_ms = limits.issuer_keys_kept_ms + 1;
    await expect(service.verify(first)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    await provider.start();
    passed_ms += limits.issuer_refetch_ms;
    await expect(service.verify(first)).resolves.toMatchObject({ sub: 'ada' });
  });
});

describe('a hostile issuer', () => {
  let hostile: LocalHttp;
  afterEach(() => hostile.close());

  test.each([
    ['speaks for another', () => ({ issuer: 'https://other.example', jwks_uri: `${provider.issuer}/jwks` })],
    ['has a slash too many', () => ({ issuer: `${hostile.url}/`, jwks_uri: `${provider.issuer}/jwks` })],
    ['has no keys', () => ({ issuer: hostile.url })],
    ['leads into the machine', () => ({ issuer: hostile.url, jwks_uri: 'http://127.0.0.3:1/jwks' })],
    ['leads to a file', () => ({ issuer: hostile.url, jwks_uri: 'file:///etc/passwd' })],
    ['has keys that are none', () => ({ issuer: hostile.url, jwks_uri: `${hostile.url}/words` })],
    ['has very many keys', () => ({ issuer: hostile.url, jwks_uri: `${hostile.url}/many` })],
    ['redirects', () => ({ issuer: hostile.url, jwks_uri: `${hostile.url}/redirect` })],
    ['says nothing', () => undefined],
  ])('that %s is none', async (_name, document) => {
    hostile = await startLocalHttp(({ path }, response) => {
      if (path === '/words') response.end('{"keys":"words"}');
      else if (path === '/many')
        response.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'RSA' })) }));
      else if (path === '/redirect') response.writeHead(302, { location: `${provider.issuer}/jwks` }).end();
      else response.end(JSON.stringify(document()));
    });
    await expect(open(hostile.url).verify(await issue())).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });

  test('that publishes a shared secret does not make it a key', async () => {
    const secret = new TextEncoder().encode('a secret that everybody can read');
    hostile = await startLocalHttp(({ path }, response) => {
      if (path === '/jwks') {
        void exportJWK(secret).then((jwk) =>
          response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'k', alg: 'HS256' }] })),
        );
      } else response.end(JSON.stringify({ issuer: hostile.url, jwks_uri: `${hostile.url}/jwks` }));
    });
    const token = await new SignJWT({ iss: hostile.url, aud: 'web', exp: Math.floor(clock.now() / 1_000) + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k' })
      .sign(secret);
    await expect(open(hostile.url).verify(token)).rejects.toMatchObject({ code: 'token_refused' });
    const [key] = provider.keys();
    const other = await new SignJWT({ iss: hostile.url, aud: 'web', exp: Math.floor(clock.now() / 1_000) + 60 })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(await importJWK({ ...key }, 'RS256'));
    await expect(open(hostile.url).verify(other)).rejects.toMatchObject({ code: 'token_refused' });
  });
});

test('verifying a token that was verified before costs microseconds', async () => {
  const service = open();
  const token = await issue();
  await service.verify(token);
  const rounds = 2_000;
  const start = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) await service.verify(token);
  const { user, system } = process.cpuUsage(start);
  // A signature takes ten times as long; the bound leaves room for a slow machine.
  expect((user + system) / rounds).toBeLessThan(60);
});

describe('the fields of an auth service', () => {
  const kinds = { ...memoryKinds, auth_services: [createGoogleAuth(), oidcAuth] };
  const faultsOf = async (fields: string) => {
    const { faults } = await loadTexts({ files: { 'auth.yaml': `authServices:\n  idp:\n${fields}\n` }, kinds });
    return faults.map(({ path, message }) => `${path}: ${message}`);
  };

  test.each([
    ['    kind: google\n    clientId: web'],
    ['    kind: google\n    clientId: web\n    mcpEnabled: false'],
    ['    kind: oidc\n    issuer: https://idp.example\n    audience: web'],
    [
      '    kind: generic\n    authorizationServer: https://idp.example/\n    audience: [a, b]\n    scopesRequired: [read]',
    ],
  ])('%s are sound', async (fields) => {
    expect(await faultsOf(fields)).toEqual([]);
  });

  test.each([
    ['    kind: google', 'clientId'],
    ['    kind: google\n    clientId: web\n    mcpEnabled: true', 'guarded by API keys'],
    ['    kind: google\n    clientId: web\n    audience: web', 'write clientId'],
    ['    kind: google\n    clientId: web\n    scopesRequired: [a]', 'carry no scopes'],
    ['    kind: google\n    clientId: web\n    issuer: https://evil.example', 'unknown field'],
    ['    kind: google\n    clientId: web\n    jwks_uri: https://evil.example', 'unknown field'],
    ['    kind: oidc\n    audience: web', 'either issuer or authorizationServer'],
    [
      '    kind: oidc\n    issuer: https://a.example\n    authorizationServer: https://a.example\n    audience: web',
      'either issuer',
    ],
    ['    kind: oidc\n    issuer: https://a.example', 'audience'],
    ['    kind: oidc\n    issuer: ftp://a.example\n    audience: web', 'a URL with https'],
    ['    kind: oidc\n    issuer: https://u:p@a.example\n    audience: web', 'a URL with https'],
    ['    kind: oidc\n    issuer: https://a.example?x\n    audience: web', 'a URL with https'],
    ['    kind: oidc\n    issuer: https://a.example\n    audience: []', 'empty'],
    ['    kind: oidc\n    issuer: https://a.example\n    audience: web\n    mcpEnabled: true', 'guarded by API keys'],
  ])('%s are refused with the reason', async (fields, reason) => {
    expect((await faultsOf(fields)).join('\n')).toContain(reason);
  });
});
