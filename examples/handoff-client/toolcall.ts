// The hand-off protocol, as an application speaks it to the server that sends it people: where its addresses are, the start
// data of a person who has come, and the word that a result is ready.

export interface StartData {
  /** Reference of the person: stable for this application, and nobody's name. */
  readonly persnr: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly exam: string;
  readonly exam_kind: string;
  readonly extra_time: boolean;
  /** Reference of the call; goes back with the result, untouched. */
  readonly system: string;
}

export interface Result {
  readonly persnr: string;
  readonly participant_id: number;
  readonly exam: string;
  readonly exam_type: string;
  readonly passed: boolean;
  readonly score: number;
  readonly system: string;
}

export interface Toolcall {
  /** Undefined when the token is not valid any more. */
  startData(token: string): Promise<StartData | undefined>;
  /** Whether the server has fetched the result and taken it. */
  announce(token: string): Promise<boolean>;
  /** The same by way of the person's browser. */
  announceUrl(token: string): Promise<string>;
}

interface Addresses {
  readonly start_data: URL;
  readonly result_token: URL;
}

/** `server`: its address, with `/t/<tenant>` behind it for a tenant that is not its default one. `client`: our name there. */
export function createToolcall({ server, client }: { readonly server: string; readonly client: string }): Toolcall {
  let known: Promise<Addresses> | undefined;
  const addresses = (): Promise<Addresses> => (known ??= discover(server).catch(forget));
  const forget = (thrown: unknown): never => {
    known = undefined;
    throw thrown;
  };
  const announceUrl = async (token: string): Promise<string> =>
    withQuery((await addresses()).result_token, { access_token: token, client });
  return {
    startData: async (token) => {
      const { start_data } = await addresses();
      const response = await fetch(start_data, { headers: { 'x-access-token': token } });
      if (response.status === 401 || response.status === 400) return undefined;
      if (!response.ok) throw new Error(`The start data cannot be had: ${response.status}`);
      return ((await response.json()) as { readonly data: StartData }).data;
    },
    announce: async (token) => (await fetch(await announceUrl(token))).ok,
    announceUrl,
  };
}

async function discover(server: string): Promise<Addresses> {
  const response = await fetch(new URL('.api/toolcall/v2/', server.endsWith('/') ? server : `${server}/`));
  if (!response.ok) throw new Error(`The server does not tell its addresses: ${response.status}`);
  const { api } = (await response.json()) as {
    readonly api: {
      readonly urls: {
        readonly 'root-url': string;
        readonly start_data: { readonly url: string };
        readonly result_token: { readonly url: string };
      };
    };
  };
  const root = api.urls['root-url'];
  return {
    start_data: new URL(api.urls.start_data.url, root),
    result_token: new URL(api.urls.result_token.url, root),
  };
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): string {
  const copy = new URL(url);
  for (const [name, value] of Object.entries(query)) copy.searchParams.set(name, value);
  return copy.href;
}
