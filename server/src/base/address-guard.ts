// Decides to which addresses the server may connect for URLs that files and tenants name: public ones, and what the operator
// has allowed. Knows nothing of names but the allowed ones; whoever connects resolves them first.
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Public addresses that are no public service: Azure serves metadata and DNS of its machines there. */
const never_public: ReadonlySet<string> = new Set(['168.63.129.16']);

/** The part of IPv6 that is routed in public (RFC 4291, 2.5.4); everything else is special or not assigned. */
const global_unicast = ipaddr.IPv6.parseCIDR('2000::/3');

const host_name = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}\.)*[a-z0-9_-]{0,62}$/i;

export interface AddressGuard {
  /** Whether a connection to this address is allowed, for somebody who named this host. Addresses as sockets write them. */
  allows(host: string, address: string): boolean;
}

/** Whether the text is a host name, an address, or a network in CIDR notation. */
export function isAllowedEntry(text: string): boolean {
  return parseNetwork(text) !== undefined || isHostName(text);
}

/** A guard that lets through what is public, and the host names, addresses and networks of the list. */
export function createAddressGuard(allowed: readonly string[]): AddressGuard {
  const networks = allowed.map((text) => parseNetwork(text)).filter((network) => network !== undefined);
  const hosts = new Set(allowed.filter((text) => parseNetwork(text) === undefined).map((text) => plainHost(text)));
  return {
    allows: (host, address) => {
      const parsed = parseAddress(address);
      if (parsed === undefined) return false;
      return isPublic(parsed) || hosts.has(plainHost(host)) || networks.some((network) => isInside(parsed, network));
    },
  };
}

type Network = readonly [Address, number];

function parseNetwork(text: string): Network | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return [address, address.kind() === 'ipv4' ? 32 : 128];
  const [base = '', length = ''] = text.split('/');
  const start = parseAddress(base);
  if (start === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  return bits <= (start.kind() === 'ipv4' ? 32 : 128) && text === `${base}/${length}` ? [start, bits] : undefined;
}

/** Only the ordinary forms: short, octal and hexadecimal ones are no addresses here. */
function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(global_unicast);
  return !never_public.has(address.toString());
}

function isInside(address: Address, [start, bits]: Network): boolean {
  if (address instanceof ipaddr.IPv4) return start instanceof ipaddr.IPv4 && address.match(start, bits);
  return start instanceof ipaddr.IPv6 && address.match(start, bits);
}

function isHostName(text: string): boolean {
  // What ends in a number is an address in some notation, never a name (WHATWG URL).
  return host_name.test(text) && !/(^|\.)(0x[0-9a-f]*|\d+)$/i.test(text);
}

/** As names are compared: in lower case, without the dot of the root. */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
