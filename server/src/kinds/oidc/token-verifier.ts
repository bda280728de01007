// Decides whether a token (JWT, RFC 7519) vouches for its bearer at one auth service: signature, issuer, audience, times,
// scopes. The cryptography is jose's. What does not hold is told by a closed list of reasons and nothing of the token.
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { CryptoKey, JWTVerifyOptions } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Claims } from '../../catalog/auth-service.ts';
import { parseClaims, scopesOf } from './claims.ts';
import type { HeldKeys, KeyHolder } from './key-holder.ts';
import { VerifiedTokens } from './verified-tokens.ts';

const refusals = {
  signature: 'bad signature',
  audience: 'wrong audience',
  issuer: 'wrong issuer',
  early: 'not yet valid',
  malformed: 'malformed',
  algorithm: 'algorithm not allowed',
  scope: 'missing scope',
  claim: 'missing claim',
} as const;

type Refusal = keyof typeof refusals;

/** Signatures that only the issuer can make: with a shared secret (HS…), or with none, anybody could. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** What a token may say it is. Others, such as those that end a session, are signed with the same keys for other uses. */
const types = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

export interface TokenVerifierOptions {
  readonly service: string;
  /** One of them must be meant. */
  readonly audiences: readonly string[];
  /** All of them are needed. */
  readonly scopes: readonly string[];
  readonly keys: KeyHolder;
  readonly clock: Clock;
}

/** Verifies tokens for one auth service; see `AuthService.verify`. */
export function createTokenVerifier(options: TokenVerifierOptions): (token: string) => Promise<Claims> {
  const { service, keys, clock } = options;
  const verified = new VerifiedTokens(clock);
  return async (token) => {
    try {
      checkForm(token);
      const known = verified.find(token, (used) => keys.holds(used));
      if (known !== undefined) {
        // Old keys are asked for anew although nothing has to be verified.
        await keys.current();
        return known;
      }
      const found = await verifyWithKeys(token, options);
      verified.add(token, found);
      return found.claims;
    } catch (thrown) {
      throw toTokenError(thrown, service);
    }
  };
}

/** What can be said of a token without any key. */
function checkForm(token: string): void {
  if (token.length > limits.token_bytes) throw new Refused('malformed');
  let header;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw new Refused('malformed');
  }
  if (header.alg === undefined || !algorithms.includes(header.alg)) throw new Refused('algorithm');
  // What must be understood and is not known here: nothing is.
  if (header.crit !== undefined) throw new Refused('malformed');
  if (header.typ !== undefined && !types.has(header.typ.toLowerCase())) throw new Refused('malformed');
}

interface Found {
  readonly claims: Claims;
  readonly keys: HeldKeys;
  readonly expires_at: number;
}

async function verifyWithKeys(token: string, options: TokenVerifierOptions): Promise<Found> {
  const held = await options.keys.current();
  try {
    return await verifyOnce(token, held, options);
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
    return await verifyOnce(token, await options.keys.newerThan(held), options);
  }
}

async function verifyOnce(token: string, keys: HeldKeys, options: TokenVerifierOptions): Promise<Found> {
  const { audiences, scopes, clock } = options;
  const expected: JWTVerifyOptions = {
    algorithms,
    issuer: [...keys.issuers],
    audience: [...audiences],
    requiredClaims: ['exp'],
    clockTolerance: limits.token_tolerance_s,
    currentDate: new Date(clock.now()),
  };
  const { payload } = await withOneKey(token, keys, expected);
  const claims = parseClaims(token);
  const granted = scopesOf(claims);
  if (!scopes.every((scope) => granted.includes(scope))) throw new Refused('scope');
  return { claims, keys, expires_at: ((payload.exp ?? 0) + limits.token_tolerance_s) * 1_000 };
}

async function withOneKey(token: string, keys: HeldKeys, expected: JWTVerifyOptions) {
  try {
    // The key is chosen by its id alone: what a token says of where keys are (jku, x5u, jwk) is never looked at.
    return await jwtVerify(token, keys.find, expected);
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown;
    return await withAnyKey(token, thrown, expected);
  }
}

/** For a token that does not say which of the issuer's keys has signed it. */
async function withAnyKey(token: string, candidates: AsyncIterable<CryptoKey>, expected: JWTVerifyOptions) {
  for await (const key of candidates) {
    try {
      return await jwtVerify(token, key, expected);
    } catch (thrown) {
      if (!(thrown instanceof errors.JWSSignatureVerificationFailed)) throw thrown;
    }
  }
  throw new Refused('signature');
}

/** Carries a reason from where it is found to where the service is known. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}

function toTokenError(thrown: unknown, service: string): ToolcribError {
  if (thrown instanceof ToolcribError) return thrown;
  if (thrown instanceof errors.JWTExpired) return new ToolcribError('token_expired', { params: { service } });
  const reason = refusals[refusalOf(thrown)];
  return new ToolcribError('token_refused', { params: { service, reason }, cause: thrown });
}

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refused) return thrown.refusal;
  if (thrown instanceof errors.JWTClaimValidationFailed) return claimRefusal(thrown);
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  // After the keys were fetched anew: nobody whom the issuer knows has signed it.
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'signature';
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): Refusal {
  if (reason === 'missing') return 'claim';
  if (reason === 'invalid') return 'malformed';
  switch (claim) {
    case 'aud':
      return 'audience';
    case 'iss':
      return 'issuer';
    case 'nbf':
      return 'early';
    default:
      return 'malformed';
  }
}
