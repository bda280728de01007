// Links to stored files: whoever has one can fetch the file until it ends, without an account. A link says which file of
// which tenant it is and how long it counts, and is authenticated by a key of the tenant's vault; nothing of it is stored.
// A file that is deleted, a tenant that is suspended and a member who goes take their links with them.
import { timingSafeEqual } from 'node:crypto';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { TenantVault, Vault } from '../credentials/vault/vault.ts';
import type { FileDeps, StoredFile } from './stored-files.ts';
import { findLinked } from './stored-files.ts';

export interface LinkDeps extends FileDeps {
  readonly vault: Vault;
}

/** What a link is about. */
interface Linked {
  readonly tenant_id: string;
  readonly file_id: string;
  /** Seconds since 1970. */
  readonly expires_s: number;
}

export interface FileLink {
  /** Below the address of the server. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly expires_at: number;
}

/** The caller has looked whose file it is. `expires_in_ms`: 24 hours at most, and no longer than the file is kept. */
export async function linkTo(
  { vault, clock }: Pick<LinkDeps, 'vault' | 'clock'>,
  tenant_id: string,
  {
    file,
    expires_in_ms = limits.file_link_ms,
  }: { readonly file: StoredFile; readonly expires_in_ms?: number | undefined },
): Promise<FileLink> {
  const until = clock.now() + Math.min(expires_in_ms, limits.file_link_ms);
  const expires_s = Math.floor(Math.min(until, file.expires_at ?? Infinity) / 1_000);
  const linked = { tenant_id, file_id: file.id, expires_s };
  const mac = macOf(await vault.of(tenant_id), linked);
  return { path: `/files/${Buffer.concat([write(linked), mac]).toString('base64url')}`, expires_at: expires_s * 1_000 };
}

/** The file of a link. Throws `not_found` for every link that does not count, whatever is wrong with it. */
export async function openLink(
  deps: LinkDeps,
  token: string,
): Promise<{ readonly tenant_id: string; readonly file: StoredFile }> {
  const given = read(token);
  if (given === undefined || given.expires_s * 1_000 <= deps.clock.now()) throw new ToolcribError('not_found');
  const { tenant_id, file_id } = given;
  // Before the vault: it would make a key for a tenant that has none.
  const file = await findLinked(deps, { tenant_id, id: file_id });
  if (file === undefined) throw new ToolcribError('not_found');
  if (!timingSafeEqual(macOf(await deps.vault.of(tenant_id), given), given.mac)) throw new ToolcribError('not_found');
  return { tenant_id, file };
}

const id_bytes = 16;
const time_bytes = 6;
const head_bytes = 2 * id_bytes + time_bytes;
const mac_bytes = 32;

function write({ tenant_id, file_id, expires_s }: Linked): Buffer {
  const head = Buffer.alloc(head_bytes);
  head.write(tenant_id.replaceAll('-', ''), 0, 'hex');
  head.write(file_id.replaceAll('-', ''), id_bytes, 'hex');
  head.writeUIntBE(expires_s, 2 * id_bytes, time_bytes);
  return head;
}

function read(token: string): (Linked & { readonly mac: Buffer }) | undefined {
  const bytes = Buffer.from(token, 'base64url');
  // Texts that decode to the same bytes in another way are no links.
  if (bytes.length !== head_bytes + mac_bytes || bytes.toString('base64url') !== token) return undefined;
  return {
    tenant_id: uuidAt(bytes, 0),
    file_id: uuidAt(bytes, id_bytes),
    expires_s: bytes.readUIntBE(2 * id_bytes, time_bytes),
    mac: bytes.subarray(head_bytes),
  };
}

function uuidAt(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + id_bytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Nothing else that the vault digests begins like this: arguments are JSON objects. */
function macOf(vault: TenantVault, { tenant_id, file_id, expires_s }: Linked): Buffer {
  return Buffer.from(vault.digest(`toolcrib file link 1 ${tenant_id} ${file_id} ${expires_s}`), 'hex');
}
