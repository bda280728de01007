// Single sign-on at a second, independent issuer: Debian's glewlwyd. It does not undo the encoding of the registration in Basic
// credentials.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { guardedFetch } from '../../server/src/base/guarded-fetch.ts';
import type { GuardedFetch } from '../../server/src/base/guarded-fetch.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import { createIssuers } from '../../server/src/credentials/sign-on/issuers.ts';
import { hasGlewlwyd, startGlewlwyd } from '../support/glewlwyd.ts';
import type { Glewlwyd } from '../support/glewlwyd.ts';

const redirect_uri = 'http://127.0.0.1/sign-on/callback';
const is_here = hasGlewlwyd();
let provider: Glewlwyd;
let http: HttpClient;

beforeAll(async () => {
  if (!is_here) return;
  provider = await startGlewlwyd({ redirect_uris: [redirect_uri] });
  http = createHttpClient({ allowed_private: ['127.0.0.1', 'localhost'] });
});
afterAll(async () => {
  await http?.close();
  await provider?.stop();
});

/** Its metadata as of an issuer that does not tell how a client may prove itself: Basic then. */
function withoutMethods(fetch: GuardedFetch): GuardedFetch {
  return async (url, options) => {
    const answer = await fetch(url, options);
    if (!String(url).endsWith('/.well-known/openid-configuration')) return answer;
    const { token_endpoint_auth_methods_supported: _methods, ...rest } = (await answer.json()) as Record<
      string,
      unknown
    >;
    return Response.json(rest);
  };
}

// Skipped: glewlwyd is not installed; hasGlewlwyd says how to get it.
test.skipIf(!is_here).each([
  ['in the body, which it says it takes', (fetch: GuardedFetch) => fetch],
  ['by Basic, of an id and a secret with - in them', withoutMethods],
])('somebody signs in; we prove ourselves %s', async (_name, through) => {
  const { issuer, client_id, client_secret } = provider;
  const issuers = createIssuers({ fetchFor: () => through(guardedFetch(http)), clock: systemClock });
  const at = { tenant_id: 'any', issuer, client_id, client_secret };
  const proof = { redirect_uri, state: 'a-state', nonce: 'a-nonce-of-one-sign-in', code_verifier: 'v'.repeat(43) };
  const back = await provider.authorize(await issuers.authorizationUrl(at, proof));
  expect(await issuers.exchange(at, proof, back.searchParams)).toMatchObject({ subject: expect.any(String) });
});
