// Where a person may be sent back to: a page of ours, or an address that the operator has allowed. Nothing else, or our name
// would lend trust to a foreign page (open redirect).
import { ToolcribError } from '../../base/errors.ts';

export interface ReturnRules {
  /** Origin of this server as the browser knows it. */
  readonly own_origin: string;
  /** Whole addresses; one that ends with `/` allows everything below it. */
  readonly allowed: readonly string[];
}

/** The address to send the browser to. Throws `body_invalid`. */
export function checkReturn(given: string, { own_origin, allowed }: ReturnRules): string {
  const url = given.length <= 2_000 && !/[\s\\\p{C}]/u.test(given) ? parse(given, own_origin) : undefined;
  if (url !== undefined && url.username === '' && url.password === '') {
    // `/.//elsewhere.example` is a path that begins with two slashes once it is read: as a return address, another server.
    const is_own = url.origin === own_origin && !url.pathname.startsWith('//');
    if (is_own) return `${url.pathname}${url.search}`;
    const { href } = url;
    // Compared after parsing: dots and the case of the host are gone by now.
    if (allowed.some((one) => (one.endsWith('/') ? href.startsWith(new URL(one).href) : href === new URL(one).href))) {
      return href;
    }
  }
  throw new ToolcribError('body_invalid', {
    params: { problem: 'the return address is not allowed' },
    faults: [{ path: 'return_to', message: 'is neither a page of this server nor in oauth.return_urls' }],
  });
}

function parse(given: string, own_origin: string): URL | undefined {
  // A path of ours, and not `//elsewhere.example`.
  if (given.startsWith('/')) return given.startsWith('//') ? undefined : (URL.parse(given, own_origin) ?? undefined);
  const url = URL.parse(given);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}
