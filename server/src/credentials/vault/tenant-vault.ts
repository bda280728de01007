// Seals and opens with the data key of one tenant. Synchronous: it is on the way of every call.
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import { boundTo } from './bound-to.ts';
import type { SealedAt, TenantVault } from './vault.ts';

/*
 * A sealed text: format (1 byte), id of the data key (16), nonce (12), ciphertext, tag (16). Format and id of the key are
 * bound with tenant, record and field.
 */
const format = 1;
const key_id_bytes = 16;
const nonce_bytes = 12;
const tag_bytes = 16;
const header_bytes = 1 + key_id_bytes;
const body_at = header_bytes + nonce_bytes;
const gcm = { authTagLength: tag_bytes } as const;

export interface DataKey {
  readonly tenant_id: string;
  readonly id: string;
  /** 32 random bytes; not used after this. */
  readonly bytes: Buffer;
}

export function createTenantVault({ tenant_id, id, bytes }: DataKey): TenantVault {
  const sealing_key = derive(bytes, 'toolcrib seal 1');
  const digest_key = derive(bytes, 'toolcrib digest 1');
  const header = Buffer.concat([Buffer.of(format), Buffer.from(id.replaceAll('-', ''), 'hex')]);
  const purpose = `toolcrib secret ${format} ${id}`;
  const placeOf = (at: SealedAt): Buffer => boundTo([purpose, tenant_id, at.record_id, at.field]);

  return {
    tenant_id,
    seal: (at, plaintext) => {
      const length = Buffer.byteLength(plaintext);
      const sealed = Buffer.allocUnsafe(body_at + length + tag_bytes);
      header.copy(sealed);
      const nonce = takeNonce();
      nonce.copy(sealed, header_bytes);
      const cipher = createCipheriv('aes-256-gcm', sealing_key, nonce, gcm);
      cipher.setAAD(placeOf(at));
      // AES-GCM gives every byte at once: `final` adds none.
      cipher.update(plaintext, 'utf8').copy(sealed, body_at);
      cipher.final();
      cipher.getAuthTag().copy(sealed, body_at + length);
      return sealed;
    },
    open: (at, sealed) => {
      if (sealed.length < body_at + tag_bytes || sealed.compare(header, 0, header_bytes, 0, header_bytes) !== 0) {
        throw notSealedHere(at);
      }
      const decipher = createDecipheriv('aes-256-gcm', sealing_key, sealed.subarray(header_bytes, body_at), gcm);
      decipher.setAAD(placeOf(at));
      decipher.setAuthTag(sealed.subarray(sealed.length - tag_bytes));
      const plaintext = decipher.update(sealed.subarray(body_at, sealed.length - tag_bytes));
      try {
        decipher.final();
      } catch {
        throw notSealedHere(at);
      }
      return plaintext.toString('utf8');
    },
    digest: (text) => createHmac('sha256', digest_key).update(text, 'utf8').digest('hex'),
  };
}

/** Asking the system for random bytes costs more than sealing a short text: they are fetched for many nonces at once. */
const nonces_per_refill = 256;
let nonces = Buffer.alloc(0);
let next_nonce = 0;

/** Twelve random bytes that are given out once. */
function takeNonce(): Buffer {
  if (next_nonce === nonces.length) {
    // Not the old bytes again: whoever has taken one may still hold it.
    nonces = randomBytes(nonces_per_refill * nonce_bytes);
    next_nonce = 0;
  }
  return nonces.subarray(next_nonce, (next_nonce += nonce_bytes));
}

function derive(bytes: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), purpose, 32)));
}

function notSealedHere({ record_id, field }: SealedAt): ToolcribError {
  const cause = new Error(`What is stored as field ${field} of ${record_id} was not sealed there by this tenant`);
  return new ToolcribError('vault_unavailable', { cause });
}
