// GET /.api/toolcall/v2/: where the protocol's addresses are. The same for every tenant but for its prefix, and for prefixes
// of which there is none.
import type { PublicAddresses } from '../../base/public-addresses.ts';
import type { Exchange } from '../route.ts';

const path = '/.api/toolcall/v2/';

export function sendDiscovery(addresses: PublicAddresses, exchange: Exchange, prefix: string): void {
  const document = {
    api: {
      metadata: { active: true, name: 'toolcall', url: `${prefix}${path}`, version: 2 },
      urls: {
        'root-url': addresses.urlFor(exchange.request.headers.host, `${prefix}/`),
        start_data: {
          url: 'fetch-token/',
          description: 'Gives the start data for the access_token with which a person has come, once.',
        },
        result_token: {
          url: 'result/',
          description:
            'Takes the access_token with which the result can be fetched from the client, and its name as client.',
        },
      },
    },
  };
  const text = JSON.stringify(document);
  exchange.response.writeHead(200, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache',
  });
  exchange.response.end(text);
}
