// A05: no URL that a file or a tenant names leads the server into its own machine or network. A36: no answer fills its memory.
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient, HttpClientOptions, HttpRequest } from '../../server/src/base/http-client.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';

/** What an attacker wants to reach: it listens on 127.0.0.1. */
let inside: LocalHttp;
/** What is allowed, on another address of the same machine and the same port. */
let outside: LocalHttp;

beforeAll(async () => {
  inside = await startLocalHttp((_request, response) => response.end('inside'));
  outside = await startLocalHttp(
    ({ path, headers }, response) => {
      const url = new URL(path, 'http://localhost');
      if (url.pathname === '/redirect') {
        response.writeHead(Number(url.searchParams.get('status') ?? 302), {
          location: url.searchParams.get('to') ?? '',
        });
        response.end();
      } else if (url.pathname === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else response.end(JSON.stringify(headers));
    },
    '127.0.0.2',
    inside.port,
  );
});
afterAll(async () => {
  await Promise.all([inside.close(), outside.close()]);
});

const clients: HttpClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((one) => one.close()));
});

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  const created = createHttpClient({ allowed_private: ['127.0.0.2'], bounds: { http_connect_ms: 1_000 }, ...options });
  clients.push(created);
  return created;
}

/** Resolves every name to the answers in turn; the last one stays. */
function resolver(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  const resolve = (_name: string) => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return Promise.resolve(answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  return { resolve, asked: () => asked };
}

async function expectRefused(sent: Promise<unknown>): Promise<void> {
  const before = inside.connections();
  await expect(sent).rejects.toMatchObject({ code: 'address_refused' });
  await expect(sent).rejects.not.toThrow(/127|localhost|::|169|\d{4}/);
  expect(inside.connections()).toBe(before);
}

describe('A05 an address of the machine itself is refused', () => {
  test.each([
    ...['127.0.0.1', 'localhost', 'LOCALHOST', '127.0.0.1.', '127.1', '127.0.1', '0177.0.0.1', '0x7f.1'],
    ...[
      '2130706433',
      '017700000001',
      '0x7f000001',
      '0',
      '0.0.0.0',
      '127.255.255.254',
      '[::1]',
      '[::]',
      '[0:0:0:0:0:0:0:1]',
    ],
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fe80::1]'],
    ...[
      '１２７.０.０.１',
      '127。0。0。1',
      '①②⑦.⓪.⓪.①',
      'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
      '%31%32%37.0.0.1',
      '169.254.169.254',
      '0xa9fea9fe',
    ],
    ...['[fd00:ec2::254]', '100.100.100.200', '168.63.129.16', '10.0.0.1', '192.168.0.1'],
  ])('%s', async (host) => {
    await expectRefused(client().request({ url: `http://${host}:${inside.port}/` }));
  });

  test.each([
    ['its first address', [['127.0.0.1']]],
    ['its second address, the first being public', [['93.184.216.34', '127.0.0.1']]],
    ['an address that is allowed, beside one that is not', [['127.0.0.2', '127.0.0.1']]],
    ['its address in IPv6', [['::1']]],
    ['its mapped address', [['::ffff:127.0.0.1']]],
  ])('under a name by %s', async (_name, answers) => {
    await expectRefused(
      client({ resolve: resolver(...answers).resolve }).request({ url: `http://x.example:${inside.port}/` }),
    );
  });

  test.each(['metadata.google.internal', 'localhost.localdomain', 'LocalHost.', 'a.localhost'])(
    'under the alias %s',
    async (host) => {
      const resolve = resolver(['127.0.0.1']).resolve;
      await expectRefused(client({ resolve }).request({ url: `http://${host}:${inside.port}/` }));
    },
  );
});

describe('A05 a name that changes its address', () => {
  test('is resolved once per connection, and the connection goes to what was checked', async () => {
    const names = resolver(['127.0.0.2'], ['127.0.0.1']);
    const sender = client({ resolve: names.resolve, bounds: { http_connections: 1 } });
    const url = `http://rebind.example:${inside.port}/`;
    const before = outside.connections();
    await expect(sender.request({ url })).resolves.toMatchObject({ status: 200 });
    expect([names.asked(), outside.connections() - before]).toEqual([1, 1]);
    // The connection is kept; the second answer of the name is never asked for.
    await expect(sender.request({ url })).resolves.toMatchObject({ status: 200 });
    expect(names.asked()).toBe(1);
  });

  test('is refused as soon as a new connection is needed', async () => {
    const names = resolver(['127.0.0.2'], ['127.0.0.1']);
    const sender = client({ resolve: names.resolve, bounds: { http_connections: 1 } });
    const url = `http://rebind.example:${inside.port}/`;
    await sender.request({ url });
    outside.disconnect();
    await expectRefused(sender.request({ url }));
    expect(names.asked()).toBe(2);
  });
});

describe('A05 a redirection', () => {
  const redirect = (to: string, more: Partial<HttpRequest> = {}, status = 302) =>
    client({ resolve: resolver(['127.0.0.2']).resolve }).request({
      url: `${outside.url}/redirect?status=${status}&to=${encodeURIComponent(to)}`,
      redirects: 5,
      ...more,
    });

  test('is not followed unless asked for', async () => {
    await expect(redirect(`${inside.url}/`, { redirects: 0 })).resolves.toMatchObject({ status: 302 });
  });

  test.each(['http://127.0.0.1:PORT/', '//127.1:PORT/', 'http://[::1]:PORT/', 'http://2130706433:PORT/'])(
    'to %s is refused',
    async (to) => {
      await expectRefused(redirect(to.replace('PORT', String(inside.port))));
    },
  );

  test.each([
    'file:///etc/passwd',
    'ftp://a.example/',
    'http://user:secret@a.example/',
    'http://[',
    'gopher://a.example/',
  ])('to %s is refused', async (to) => {
    await expectRefused(redirect(to));
  });

  test('carries no secret to another origin', async () => {
    const headers = {
      authorization: 'Bearer s',
      cookie: 'a=s',
      'x-api-key': 's',
      'proxy-authorization': 's',
      accept: 'text/x',
    };
    const { body, url } = await redirect(`http://other.example:${outside.port}/headers`, { headers });
    expect(url.hostname).toBe('other.example');
    expect(Object.keys(JSON.parse(body.toString()) as object).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
  });

  test('within the origin keeps the headers', async () => {
    const { body } = await redirect('/headers', { headers: { authorization: 'Bearer s' } });
    expect(JSON.parse(body.toString())).toMatchObject({ authorization: 'Bearer s' });
  });

  test('does not take a body to another origin', async () => {
    await expectRefused(redirect(`http://other.example:${outside.port}/`, { method: 'POST', body: 'secret' }, 307));
    const read = await redirect(`http://other.example:${outside.port}/`, { method: 'POST', body: 'secret' }, 303);
    expect([read.status, outside.requests.at(-1)?.method, outside.requests.at(-1)?.body]).toEqual([200, 'GET', '']);
  });

  test('without end is given up', async () => {
    const before = outside.requests.length;
    const sent = client().request({ url: `${outside.url}/loop`, redirects: 100 });
    await expect(sent).rejects.toMatchObject({ code: 'upstream_unavailable' });
    expect(outside.requests.length - before).toBe(6);
  });
});

test.each([
  'file:///etc/passwd',
  'ftp://127.0.0.2/',
  'data:text/plain,x',
  'javascript:1',
  'http://a:b@127.0.0.2/',
  'nothing',
  '',
  'unix:/var/run/docker.sock',
])('A05 %s is no URL to send a request to', async (url) => {
  await expectRefused(client().request({ url }));
});

test('A05 proxies of the environment are not used', async () => {
  const proxy = await startLocalHttp((_request, response) => response.end('proxy'));
  for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) process.env[name] = proxy.url;
  try {
    await client().request({ url: outside.url });
    expect(proxy.connections()).toBe(0);
  } finally {
    for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'])
      Reflect.deleteProperty(process.env, name);
    await proxy.close();
  }
});

describe('what the operator allows is reached', () => {
  test.each([['localhost'], ['127.0.0.1'], ['127.0.0.0/8']])('by %s', async (entry) => {
    const sender = client({ allowed_private: [entry, '::1'] });
    const answer = await sender.request({ url: `http://localhost:${inside.port}/` });
    expect(answer.body.toString()).toBe('inside');
  });
});

describe('A36 an answer', () => {
  let hostile: LocalHttp;
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  let sent_bytes = 0;
  beforeAll(async () => {
    hostile = await startLocalHttp(({ path }, response) => {
      switch (path) {
        case '/gzip':
          return response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
        case '/brotli':
          return response
            .writeHead(200, { 'content-encoding': 'br' })
            .end(brotliCompressSync(Buffer.alloc(16 * 1024 * 1024)));
        case '/twice':
          return response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(bomb));
        case '/broken':
          return response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip');
        case '/small':
          return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('small'));
        case '/empty-members': {
          response.writeHead(200, { 'content-encoding': 'gzip' });
          const members = Buffer.concat(Array.from({ length: 1_000 }, () => gzipSync('')));
          return pour(response, members, (bytes) => (sent_bytes += bytes));
        }
        case '/endless':
          return pour(response, Buffer.alloc(16 * 1024), (bytes) => (sent_bytes += bytes));
        case '/headers':
          return response.writeHead(200, { 'x-long': 'x'.repeat(32 * 1024) }).end();
        case '/drip':
          response.writeHead(200).write('x');
          return undefined;
        case '/half':
          response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy());
          return undefined;
        default:
          // Says nothing.
          return undefined;
      }
    }, '127.0.0.2');
  });
  afterAll(() => hostile.close());

  /** Writes for as long as anybody reads. */
  function pour(
    response: NodeJS.WritableStream & { readonly destroyed: boolean },
    chunk: Buffer,
    count: (bytes: number) => void,
  ): void {
    const write = (): void => {
      while (!response.destroyed) {
        count(chunk.length);
        if (!response.write(chunk)) return void response.once('drain', write);
      }
    };
    write();
  }

  test.each(['/gzip', '/brotli', '/empty-members', '/endless'])('%s is cut at the limit', async (path) => {
    sent_bytes = 0;
    const sent = client().request({ url: `${hostile.url}${path}`, limit_bytes: 100_000 });
    await expect(sent).rejects.toMatchObject({ code: 'result_too_large' });
    expect(sent_bytes).toBeLessThan(32 * 1024 * 1024);
  });

  test.each(['/twice', '/broken', '/headers', '/half'])('%s cannot be read', async (path) => {
    await expect(client().request({ url: `${hostile.url}${path}` })).rejects.toMatchObject({
      code: 'upstream_unavailable',
    });
  });

  test('that is packed and small is unpacked', async () => {
    const { body } = await client().request({ url: `${hostile.url}/small`, limit_bytes: 5 });
    expect(body.toString()).toBe('small');
  });

  test.each(['/silence', '/drip'])('%s is waited for until its time is over', async (path) => {
    const sent = client().request({ url: `${hostile.url}${path}`, timeout_ms: 100 });
    await expect(sent).rejects.toThrow('it did not answer in time');
  });

  test('is not waited for when the caller goes away', async () => {
    const caller = new AbortController();
    const sent = client().request({ url: `${hostile.url}/silence`, signal: caller.signal });
    const reason = new Error('gone');
    setImmediate(() => caller.abort(reason));
    await expect(sent).rejects.toBe(reason);
  });

  test('that nobody reads ends with its time, and its place is free again', async () => {
    const sender = client({ bounds: { http_requests: 1 } });
    await sender.stream({ url: `${hostile.url}/drip`, timeout_ms: 200 });
    await expect(sender.request({ url: `${hostile.url}/small` })).rejects.toMatchObject({ code: 'calls_limited' });
    await expect
      .poll(() =>
        sender.request({ url: `${hostile.url}/small` }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  test('of one origin does not take more than its connections', async () => {
    const sender = client({ bounds: { http_requests: 3, http_connections: 2 } });
    const before = hostile.connections();
    const caller = new AbortController();
    const sent = Array.from({ length: 5 }, () =>
      sender.request({ url: `${hostile.url}/silence`, signal: caller.signal }),
    );
    await expect(sent[3]).rejects.toMatchObject({ code: 'calls_limited' });
    await expect(sent[4]).rejects.toMatchObject({ code: 'calls_limited' });
    await expect.poll(() => hostile.connections() - before).toBe(2);
    caller.abort(new ToolcribError('call_cancelled'));
    for (const one of sent.slice(0, 3)) await expect(one).rejects.toMatchObject({ code: 'call_cancelled' });
  });
});

describe('a connection that broke', () => {
  test('is replaced for a read, once', async () => {
    let broken = 0;
    const flaky = await startLocalHttp(({ path }, response, raw) => {
      if (path === '/always' || (path === '/once' && broken === 0)) {
        broken += 1;
        raw.socket.destroy();
      } else response.end('ok');
    }, '127.0.0.2');
    try {
      const sender = client();
      await expect(sender.request({ url: `${flaky.url}/once` })).resolves.toMatchObject({ status: 200 });
      broken = 0;
      await expect(sender.request({ url: `${flaky.url}/always` })).rejects.toMatchObject({
        code: 'upstream_unavailable',
      });
      expect(broken).toBe(2);
      broken = 0;
      await expect(sender.request({ url: `${flaky.url}/once`, method: 'POST' })).rejects.toThrow(
        'the connection broke',
      );
      expect(broken).toBe(1);
    } finally {
      await flaky.close();
    }
  });
});

test.each([
  [{ url: 'http://127.0.0.2:1/' }, 'no connection could be made'],
  [{ url: 'http://no-such-name.invalid/' }, 'its name is not known'],
])('%j says why', async (request, reason) => {
  await expect(client().request(request)).rejects.toThrow(reason);
});

test.each(['host', 'Content-Length', 'Transfer-Encoding', 'Connection'])(
  'the header %s cannot be given',
  async (name) => {
    await expect(client().request({ url: outside.url, headers: { [name]: 'x' } })).rejects.toThrow(TypeError);
  },
);
