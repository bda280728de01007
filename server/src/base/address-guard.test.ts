import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAddressGuard, isAllowedEntry } from './address-guard.ts';

const guard = createAddressGuard([]);

describe('an address that is not public is refused', () => {
  test.each([
    ['this host', '0.0.0.0', '0.1.2.3', '::'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
    ['link-local', '169.254.0.1', '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
    ['shared by a carrier', '100.64.0.1', '100.127.255.255', '100.100.100.200'],
    ['metadata', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'],
    ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['benchmarking', '198.18.0.1', '198.19.255.255', '2001:2::1'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['broadcast and reserved', '255.255.255.255', '240.0.0.1', '192.88.99.1', 'fec0::1', '100::1', '5f00::1'],
    ['IPv4 inside IPv6', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1', '::127.0.0.1', '::7f00:1'],
    ['translated', '64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '2002:7f00:1::', '2001:0:1234::1'],
  ])('%s', (_name, ...addresses) => {
    for (const address of addresses) expect(guard.allows('example.com', address), address).toBe(false);
  });

  test('and so is what is no address', () => {
    const texts = ['', 'localhost', '127.1', '0177.0.0.1', '0x7f.0.0.1', '2130706433', '8.8.8', '8.8.8.8.', ' 8.8.8.8'];
    for (const text of texts) expect(guard.allows('example.com', text), text).toBe(false);
  });
});

test('a public address is let through', () => {
  const addresses = ['8.8.8.8', '1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::200e'];
  for (const address of addresses) expect(guard.allows('example.com', address), address).toBe(true);
});

test('no IPv6 address outside of the global unicast part is let through', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, (parts) => {
      const address = parts.map((part) => part.toString(16)).join(':');
      const is_global = (parts[0] ?? 0) >= 0x2000 && (parts[0] ?? 0) < 0x4000;
      return is_global || !guard.allows('example.com', address);
    }),
  );
});

describe('the allow-list of the operator', () => {
  const open = createAddressGuard(['Internal.Example.', '10.1.0.0/16', '192.168.7.7', 'fd00:1::/32', '::1']);

  test.each([
    ['internal.example', '10.9.9.9', true],
    ['INTERNAL.EXAMPLE.', '127.0.0.1', true],
    ['sub.internal.example', '10.9.9.9', false],
    ['internal.example.evil.example', '10.9.9.9', false],
    ['any.example', '10.1.255.1', true],
    ['any.example', '10.2.0.1', false],
    ['any.example', '192.168.7.7', true],
    ['any.example', '192.168.7.8', false],
    ['any.example', 'fd00:1:ffff::1', true],
    ['any.example', 'fd00:2::1', false],
    ['any.example', '::1', true],
    ['any.example', '::ffff:10.1.0.1', false],
  ])('%s at %s: %s', (host, address, allowed) => {
    expect(open.allows(host, address)).toBe(allowed);
  });

  test.each([
    'localhost',
    'a.example',
    'a_b.example',
    '10.0.0.0/8',
    '::1',
    'fd00::/8',
    '127.0.0.1',
    'xn--bcher-kva.example',
  ])('takes %s', (text) => {
    expect(isAllowedEntry(text)).toBe(true);
  });

  test.each([
    '',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
    'a b',
    '*',
    '*.example',
    'http://a.example',
    'a.example:80',
    '[::1]',
  ])('does not take "%s"', (text) => {
    expect(isAllowedEntry(text)).toBe(false);
  });
});
