// Which registration of ours a connection is made with: that of the credential, else the tenant's, else the server's. One pure
// function: what is found depends on nothing but what is given to it.
import type { Options } from './provider-urls.ts';

/** A registration without its secret. */
export interface RegisteredClient {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  readonly options: Options;
  /** Set: for the connections of this person alone. */
  readonly user_id: string | null;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

/** A registration of the configuration. */
export interface GlobalClient {
  readonly provider: string;
  readonly client_id: string;
  readonly client_secret?: string | undefined;
  readonly options: Options;
}

export interface ClientChoice {
  readonly provider: string;
  /** The person who connects. */
  readonly user_id: string;
  /** The registration that the credential has, or that the person names for it. */
  readonly own?: string | undefined;
  /** Of the tenant: also those of other persons and providers, which are left out here. */
  readonly registered: readonly RegisteredClient[];
  readonly global: readonly GlobalClient[];
}

export type ChosenClient =
  | { readonly kind: 'registered'; readonly client: RegisteredClient }
  | { readonly kind: 'global'; readonly client: GlobalClient };

/** Undefined: there is none, or the one that was named is not for this person and provider. */
export function chooseClient({ provider, user_id, own, registered, global }: ClientChoice): ChosenClient | undefined {
  const usable = registered.filter(
    (client) => client.provider === provider && (client.user_id === null || client.user_id === user_id),
  );
  if (own !== undefined) {
    const named = usable.find(({ id }) => id === own);
    // Never another one instead: a connection would leave the registration that was meant.
    return named && { kind: 'registered', client: named };
  }
  const [tenants] = usable.filter((client) => client.user_id === null).toSorted(firstMade);
  if (tenants !== undefined) return { kind: 'registered', client: tenants };
  const globals = global.find((client) => client.provider === provider);
  return globals && { kind: 'global', client: globals };
}

function firstMade(a: RegisteredClient, b: RegisteredClient): number {
  return a.created_at - b.created_at || (a.id < b.id ? -1 : 1);
}

/** The last part of the redirect URI: one of its own for every registration, so that answers cannot be mixed up (A04). */
export function callbackName(chosen: ChosenClient): string {
  return chosen.kind === 'global' ? chosen.client.provider : chosen.client.id;
}

export function callbackPath(name: string): string {
  return `/oauth/callback/${name}`;
}
