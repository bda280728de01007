// Ends a grant at its provider and finds out whether it is dead. RFC 7009 §2.2 answers 200 for whatever was asked, so what
// counts is what the provider does with the tokens afterwards.
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../../base/limits.ts';
import type { ProviderAt, ProviderEndpoint, Tokens } from './endpoint.ts';
import type { GrantBounds } from './grant-deps.ts';
import { ProviderError } from './provider-problem.ts';
import type { RevocationOutcome } from './receipts.ts';

export interface EndAtProvider {
  readonly endpoint: ProviderEndpoint;
  readonly bounds?: Partial<GrantBounds> | undefined;
}

export interface GrantEnd {
  readonly outcome: Exclude<RevocationOutcome, 'nothing_to_revoke'>;
  /** The provider could not be reached: asking again later may help. */
  readonly again: boolean;
}

/** Never throws. */
export async function endAtProvider(deps: EndAtProvider, at: ProviderAt, tokens: Tokens): Promise<GrantEnd> {
  const asked = await ask(deps, at, tokens);
  const alive = await isAliveAfter(deps, at, { tokens, asked });
  const refused = asked === 'asked' && alive !== true ? await isRefused(deps, at, tokens) : undefined;
  return judge({ asked, alive, refused, has_refresh_token: tokens.refresh_token !== undefined });
}

type Asked = 'asked' | 'impossible' | 'unreachable' | 'refused';

export interface Findings {
  readonly asked: Asked;
  /** Whether the provider takes the access token; undefined: that cannot be asked. */
  readonly alive: boolean | undefined;
  /** Whether the provider refuses the refresh token; undefined: there is none, or that is not known. */
  readonly refused: boolean | undefined;
  readonly has_refresh_token: boolean;
}

/** An access token may be dead because its time was over: alone it says nothing of a grant with a refresh token. */
export function judge({ asked, alive, refused, has_refresh_token }: Findings): GrantEnd {
  const again = asked === 'unreachable';
  if (alive === true || refused === false) return { outcome: 'alive', again };
  const is_dead = has_refresh_token ? refused === true || (asked === 'asked' && alive === false) : alive === false;
  return { outcome: is_dead ? 'dead' : 'unknown', again: again && !is_dead };
}

async function ask({ endpoint }: EndAtProvider, at: ProviderAt, tokens: Tokens): Promise<Asked> {
  try {
    return await endpoint.revokeToken(at, tokens);
  } catch (thrown) {
    const problem = thrown instanceof ProviderError ? thrown.problem : 'refused';
    return problem === 'unreachable' ? 'unreachable' : 'refused';
  }
}

/** Some providers take a moment. */
async function isAliveAfter(
  { endpoint, bounds }: EndAtProvider,
  at: ProviderAt,
  { tokens, asked }: { readonly tokens: Tokens; readonly asked: Asked },
): Promise<boolean | undefined> {
  const { revocation_checks, revocation_check_ms } = { ...limits, ...bounds };
  for (let check = 1; ; check += 1) {
    const alive = await endpoint.isAlive(at, tokens.access_token);
    if (alive !== true || asked !== 'asked' || check >= revocation_checks) return alive;
    await delay(revocation_check_ms);
  }
}

/** Tries the refresh token that was revoked. Where it still gives an access token, that one is revoked as well. */
async function isRefused({ endpoint }: EndAtProvider, at: ProviderAt, tokens: Tokens): Promise<boolean | undefined> {
  if (tokens.refresh_token === undefined) return undefined;
  try {
    const { access_token, refresh_token = tokens.refresh_token } = await endpoint.refreshGrant(
      at,
      tokens.refresh_token,
    );
    await endpoint.revokeToken(at, { access_token, refresh_token }).catch(() => undefined);
    return false;
  } catch (thrown) {
    return thrown instanceof ProviderError && thrown.problem === 'invalid_grant' ? true : undefined;
  }
}
