// A36: requests that hang for one tenant take no place from another, and connections that nobody uses are given up.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { createTenantHttp } from '../../server/src/base/tenant-http.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';

/** Answers `/` and lets everything else hang. */
let service: LocalHttp;

beforeAll(async () => {
  service = await startLocalHttp(({ path }, response) => {
    if (path === '/') response.end('ok');
  });
});
afterAll(() => service.close());

describe('A36 one tenant whose requests hang', () => {
  test('is refused above its bound, and another one is answered', async () => {
    const http = createTenantHttp({ allowed_private: ['127.0.0.1'] });
    try {
      const greedy = http.of('greedy');
      const sent = Array.from({ length: limits.tenant_http_requests + 50 }, () =>
        greedy.request({ url: `${service.url}/hangs` }).then(
          () => 'answered',
          (thrown: unknown) => (thrown as { code: string }).code,
        ),
      );
      const first = await Promise.race(sent);
      expect(first).toBe('calls_limited');
      await expect(http.of('modest').request({ url: service.url })).resolves.toMatchObject({ status: 200 });
      await http.close();
      const ends = await Promise.all(sent);
      expect(ends.filter((end) => end === 'calls_limited')).toHaveLength(50);
    } finally {
      await http.close();
    }
  });

  test('opens no more connections to one service than it may', async () => {
    const http = createTenantHttp({ allowed_private: ['127.0.0.1'] });
    const before = service.connections();
    const sent = Array.from({ length: 60 }, () =>
      http
        .of('greedy')
        .request({ url: `${service.url}/hangs` })
        .catch(() => undefined),
    );
    await expect.poll(() => service.connections() - before).toBe(limits.tenant_http_connections);
    await http.close();
    await Promise.all(sent);
    expect(service.connections() - before).toBe(limits.tenant_http_connections);
  });
});

describe('A36 many tenants', () => {
  test('idle ones give their connections up, one whose answer is still read keeps it', async () => {
    const http = createTenantHttp({ allowed_private: ['127.0.0.1'] }, { clients: 2 });
    const hanging = http.of('a').request({ url: `${service.url}/hangs` });
    const settled = hanging.then(
      () => 'ended',
      () => 'ended',
    );
    for (const tenant of ['b', 'c', 'd', 'b', 'e']) {
      await expect(http.of(tenant).request({ url: service.url })).resolves.toMatchObject({ status: 200 });
    }
    await expect(Promise.race([settled, Promise.resolve('hangs')])).resolves.toBe('hangs');
    await http.close();
    await expect(settled).resolves.toBe('ended');
  });
});
