// A sign-in at an issuer without a browser, up to the moment at which the browser would come back: what comes back is in the
// hands of the test.

export interface StoppedSignIn {
  /** Where the browser would go now, with state, code and iss. */
  readonly callback: URL;
  /** What Toolcrib has given the browser, as the value of a Cookie header. */
  readonly cookie: string;
}

/** Follows every redirection from the button on, with the cookies of each server. */
export async function stopBeforeCallback(button: string, cookie = ''): Promise<StoppedSignIn> {
  const home = new URL(button).origin;
  const jars = new Map<string, Map<string, string>>([[home, new Map()]]);
  let url = new URL(button);
  for (let hops = 0; hops < 20; hops += 1) {
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    const own = [...jar].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie: url.origin === home && cookie !== '' ? `${cookie}; ${own}` : own };
    const response = await fetch(url, { headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
    if (url.origin === home && url.pathname.endsWith('/callback')) {
      return { callback: url, cookie: [...(jars.get(home) ?? [])].map((pair) => pair.join('=')).join('; ') };
    }
  }
  throw new Error('The sign-in redirects for ever');
}
