// Access tokens for Google's API: from a key in the configuration, or from Application Default Credentials.
import { z } from 'zod';
import { SpannerError } from './spanner-errors.ts';

const scopes = ['https://www.googleapis.com/auth/spanner.data'];

/** The kinds of key that name nothing to run and nowhere to ask but Google. */
const keySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('service_account'), client_email: z.string(), private_key: z.string() }),
  z.object({
    type: z.literal('authorized_user'),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
  }),
]);
export type GoogleKey = z.infer<typeof keySchema>;

/** A key as its JSON text or its object, without what is not needed of it; undefined when it is none. */
export function readKey(given: unknown): GoogleKey | undefined {
  return keySchema.safeParse(typeof given === 'string' ? parse(given) : given).data;
}

type TokenGiver = () => Promise<string | null | undefined>;

/** Gives the header Authorization. Tokens are kept until shortly before they expire. */
export function createAuthorizer(key: GoogleKey | undefined): (signal: AbortSignal) => Promise<string> {
  let giver: Promise<TokenGiver> | undefined;
  return async (signal) => {
    giver ??= load(key);
    const token = await untilAborted(
      giver.then((give) => give()),
      signal,
    );
    if (typeof token !== 'string') throw new SpannerError('UNAUTHENTICATED', 'There are no credentials for Google', {});
    return `Bearer ${token}`;
  };
}

async function load(key: GoogleKey | undefined): Promise<TokenGiver> {
  const { GoogleAuth, JWT, UserRefreshClient } = await import('google-auth-library');
  if (key === undefined) {
    const auth = new GoogleAuth({ scopes });
    return () => auth.getAccessToken();
  }
  const client =
    key.type === 'service_account'
      ? new JWT({ email: key.client_email, key: key.private_key, scopes })
      : new UserRefreshClient({
          clientId: key.client_id,
          clientSecret: key.client_secret,
          refreshToken: key.refresh_token,
        });
  return async () => (await client.getAccessToken()).token;
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
