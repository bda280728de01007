import { describe, expect, test } from 'vitest';
import { createPublicAddresses, requirePublicUrl } from './public-addresses.ts';

const listening = () => 'http://127.0.0.1:5100';

describe('with addresses that are configured', () => {
  const { urlFor } = createPublicAddresses({
    public_urls: ['https://tools.example.com', 'https://intern.example:8443', 'http://tools.example.com'],
    listening,
  });

  test.each([
    ['tools.example.com', 'https://tools.example.com/a'],
    ['TOOLS.example.com', 'https://tools.example.com/a'],
    ['tools.example.com:443', 'https://tools.example.com/a'],
    ['intern.example:8443', 'https://intern.example:8443/a'],
    ['intern.example', 'https://tools.example.com/a'],
    ['evil.example', 'https://tools.example.com/a'],
    ['tools.example.com@evil.example', 'https://tools.example.com/a'],
    ['127.0.0.1:5100', 'https://tools.example.com/a'],
    [undefined, 'https://tools.example.com/a'],
  ])('the host %s gives %s', (host, url) => {
    expect(urlFor(host, '/a')).toBe(url);
  });
});

describe('without', () => {
  test.each([
    [listening, undefined, 'http://127.0.0.1:5100/a'],
    [listening, 'localhost:5100', 'http://localhost:5100/a'],
    [listening, '[::1]:5100', 'http://[::1]:5100/a'],
    [listening, 'localhost:5101', 'http://127.0.0.1:5100/a'],
    [listening, 'evil.example:5100', 'http://127.0.0.1:5100/a'],
    [() => 'http://0.0.0.0:5100', 'evil.example', 'http://localhost:5100/a'],
    [() => 'http://[::]:5100', undefined, 'http://localhost:5100/a'],
  ])('listening on %s, the host %s gives %s', (here, host, url) => {
    expect(createPublicAddresses({ public_urls: [], listening: here }).urlFor(host, '/a')).toBe(url);
  });
});

describe('in production', () => {
  test.each([[[]], [['http://tools.example.com']]])('the server does not start with %j', (public_urls) => {
    expect(() => requirePublicUrl({ mode: 'production', public_urls })).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        faults: [
          expect.objectContaining({ path: 'server.public_urls', hint: expect.stringContaining('https://') as string }),
        ],
      }),
    );
    expect(() => requirePublicUrl({ mode: 'development', public_urls })).not.toThrow();
  });

  test('it does with an address that speaks https', () => {
    const public_urls = ['http://localhost:5100', 'https://tools.example.com'];
    expect(() => requirePublicUrl({ mode: 'production', public_urls })).not.toThrow();
  });
});
