// The form of every secret text that the server hands out: <prefix>_<tenant>_<secret>, both in base 36. The tenant is in it
// so that looking it up is a query inside one tenant like every other; it is not secret and proves nothing.
import { hash, randomBytes } from 'node:crypto';

/** `tc` API key, `ts` session, `ti` invitation, `to` state of an OAuth flow, `tn` state of a single sign-on, `th` start of
 * a hand-off. */
export type TokenPrefix = 'tc' | 'ts' | 'ti' | 'to' | 'tn' | 'th';

const secret_bytes = 32;
const pattern = /^(t[csionh])_([0-9a-z]{1,25})_([0-9a-z]{40,50})$/;

/** A new text, and its first characters, by which people recognise it. */
export function makeToken(
  prefix: TokenPrefix,
  tenant_id: string,
): { readonly text: string; readonly beginning: string } {
  const start = `${prefix}_${toBase36(Buffer.from(tenant_id.replaceAll('-', ''), 'hex'))}_`;
  const secret = toBase36(randomBytes(secret_bytes)).padStart(50, '0');
  return { text: `${start}${secret}`, beginning: `${start}${secret.slice(0, 4)}` };
}

/** The tenant named in a text; undefined when it has not the form of this prefix. */
export function tenantOfToken(prefix: TokenPrefix, text: string): string | undefined {
  const found = pattern.exec(text);
  if (found?.[1] !== prefix) return undefined;
  const hex = fromBase36(found[2] ?? '')
    .toString(16)
    .padStart(32, '0');
  if (hex.length > 32) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** SHA-256 of the whole text. A fast hash is enough: the secret has 256 random bits. */
export function hashOfToken(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function toBase36(bytes: Buffer): string {
  return BigInt(`0x${bytes.toString('hex')}`).toString(36);
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
}
