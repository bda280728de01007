// The pack `http_request`: one guarded request. Private addresses are not reached, no secret is sent along, and a tenant can say
// which hosts count.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPackWorld } from './pack-world.ts';
import type { PackWorld } from './pack-world.ts';

let world: PackWorld;
let url: string;
beforeAll(async () => {
  world = await startPackWorld({
    ...{ pack: 'http_request', environment: {} },
    answer: () => ({
      status: 201,
      headers: { 'content-type': 'text/plain', etag: '"1"', 'set-cookie': 'a=b' },
      body: 'hällo '.repeat(100),
    }),
  });
  const port = /:(\d+)/.exec(world.provider_url)?.[1] ?? '';
  url = `http://127.0.0.1:${port}/path?x=1`;
}, 60_000);
afterAll(() => world.stop());

const codeOf = async (args: object): Promise<string> => {
  const { body } = await world.call('http_request', args);
  return (body.error.service_error?.code ?? body.error.code) as string;
};

describe('http_request', () => {
  it('sends what it is told and shows the answer, whatever its status', async () => {
    const sent = {
      method: 'POST',
      url,
      headers: { 'X-Mine': 'yes', 'content-type': 'text/plain' },
      body: 'hello',
      max_characters: 100,
    };
    const value = await world.valueOf('http_request', sent);
    expect(value).toMatchObject({ status: 201, headers: { etag: '"1"' }, size_bytes: 700, truncated: true });
    expect(value.text).toHaveLength(100);
    expect(value.headers).not.toHaveProperty('set-cookie');
    expect(world.asked()).toMatchObject([
      { method: 'POST', path: '/path', query: { x: '1' }, body: 'hello', headers: { 'x-mine': 'yes' } },
    ]);
    world.answerWith({ status: 404, headers: { 'content-type': 'image/png' }, body: 'PNG' });
    expect(await world.valueOf('http_request', { url })).toMatchObject({ status: 404, text: null });
    world.answerWith({ status: 302, headers: { location: 'http://elsewhere.example/' }, body: '' });
    expect(await world.valueOf('http_request', { url })).toMatchObject({
      status: 302,
      headers: { location: 'http://elsewhere.example/' },
    });
  });

  it.each([
    'http://169.254.169.254/',
    'http://[::1]:1/',
    'http://10.0.0.1/',
    'http://0x7f.1.1.1/',
    'http://2130706434/',
  ])('does not reach %s', async (address) => {
    expect(await codeOf({ url: address })).toBe('address_refused');
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'http://user:pass@example.com/', 'nonsense!'])(
    'refuses %s',
    async (address) => {
      expect(await codeOf({ url: address })).toBe('invalid_request');
    },
  );

  it.each(['Authorization', 'cookie', 'X-API-Key', 'proxy-authorization'])('sends no header %s', async (name) => {
    expect(await codeOf({ url, headers: { [name]: 'secret' } })).toBe('header_refused');
    expect(world.asked()).toHaveLength(0);
  });

  it('refuses headers that would be more than one', async () => {
    expect(await codeOf({ url, headers: { 'x-a': 'b\r\nx-c: d' } })).toBe('arguments_invalid');
    expect(await codeOf({ url, headers: { 'x a': 'b' } })).toBe('arguments_invalid');
  });

  it('goes only where the tenant lets it', async () => {
    const set = (allowed_hosts: string | null) =>
      world.toolcrib.request('PUT', '/v1/packs/http_request/settings', { body: { config: { allowed_hosts } } });
    expect((await set('api.example.com, *.example.org')).status).toBe(200);
    for (const address of [url, 'http://example.org.evil.example/', 'http://evilexample.org/']) {
      expect([address, await codeOf({ url: address })]).toEqual([address, 'host_refused']);
    }
    expect((await set('127.0.0.1')).status).toBe(200);
    expect((await world.call('http_request', { url })).status).toBe(200);
  });

  it('is dangerous, and says so', async () => {
    const { body } = await world.toolcrib.request('GET', '/v1/tools/http_request');
    expect(body).toMatchObject({ danger: 'high', read_only: false });
  });
});
