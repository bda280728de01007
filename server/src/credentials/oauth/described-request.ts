// Sends a request that a provider's definition describes: to name an account, to see whether a token is alive, to end a grant.
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import { basicCredentials } from './basic-credentials.ts';
import { atPointer } from './json-pointer.ts';
import type { DescribedRequest } from './provider.ts';
import { fillAddress, fillText } from './provider-urls.ts';
import type { Options } from './provider-urls.ts';

export interface RequestValues {
  readonly options: Options;
  readonly client_id: string;
  readonly client_secret?: string | undefined;
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
}

export interface DescribedAnswer {
  readonly status: number;
  /** Done as the definition says that it shows. */
  readonly ok: boolean;
  /** As JSON; undefined when it is none. */
  readonly body: unknown;
}

/** Undefined: its address needs something that is not there. Throws what the guarded client throws. */
export async function sendDescribed(
  send: GuardedFetch,
  request: DescribedRequest,
  values: RequestValues,
): Promise<DescribedAnswer | undefined> {
  const { options, client_id, client_secret = '', access_token, refresh_token = '' } = values;
  const filling = { ...options, client_id, client_secret, access_token, refresh_token };
  const url = fillAddress(request.url, filling);
  if (url === undefined) return undefined;
  const fill = (fields: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, fillText(text, filling)]));
  const { json, form } = request;
  const answer = await send(url, {
    method: request.method,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...fill(request.headers),
      ...(request.auth === 'bearer' ? { authorization: `Bearer ${access_token}` } : {}),
      ...(request.auth === 'basic' ? { authorization: basicCredentials(client_id, client_secret) } : {}),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(fill(json)) }),
    ...(form === undefined ? {} : { body: new URLSearchParams(fill(form)) }),
  });
  const body = parse(await answer.text());
  const done = request.ok === undefined || atPointer(body, request.ok) === true;
  return { status: answer.status, ok: answer.ok && done, body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
