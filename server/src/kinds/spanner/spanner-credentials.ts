// Access tokens for Google's API: from a key in the configuration, or from Application Default Credentials.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';

const scopes = ['https://www.googleapis.com/auth/spanner.data'];

/** The kinds of key that name nothing to run and nowhere to ask but Google. */
const key_types = ['service_account', 'authorized_user'];

/** A key as its JSON text or its object; undefined when it is none. */
export function readKey(given: unknown): JsonObject | undefined {
  const key: unknown = typeof given === 'string' ? parse(given) : given;
  return isJsonObject(key) && key_types.some((type) => type === key['type']) ? key : undefined;
}

/** Gives the header Authorization. Tokens are kept until shortly before they expire. */
export function createAuthorizer(key: JsonObject | undefined): (signal: AbortSignal) => Promise<string> {
  let auth: Promise<{ getAccessToken(): Promise<string | null | undefined> }> | undefined;
  return async (signal) => {
    auth ??= load(key);
    const token = await untilAborted(
      auth.then((loaded) => loaded.getAccessToken()),
      signal,
    );
    if (typeof token !== 'string') throw new Error('There are no credentials for Google');
    return `Bearer ${token}`;
  };
}

async function load(key: JsonObject | undefined): Promise<{ getAccessToken(): Promise<string | null | undefined> }> {
  const { GoogleAuth } = await import('google-auth-library');
  return new GoogleAuth({ scopes, ...(key === undefined ? {} : { credentials: key }) });
}

/** The library cannot be interrupted; the call does not wait for it. */
async function untilAborted<Result>(running: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([running, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
