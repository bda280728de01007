// A master key as text: `tk_` and 48 characters that hold 32 random bytes and a checksum, so that a typo is told.
// Must not appear in any log or error; its id may.
import { hash, randomBytes } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';

export interface MasterKey {
  /** First hex digits of a hash of the key: names it without telling anything of it. */
  readonly id: string;
  readonly bytes: Buffer;
}

const key_bytes = 32;
const checksum_bytes = 4;
const pattern = /^tk_([A-Za-z0-9_-]{48})$/;
/** 32 random bytes have about 30 different values; fewer than this happens to nobody by chance. */
const distinct_bytes_min = 16;

/** The text of a new key. */
export function makeMasterKey(): string {
  return masterKeyText(randomBytes(key_bytes));
}

/** The text of a key with these bytes. */
export function masterKeyText(bytes: Buffer): string {
  return `tk_${Buffer.concat([bytes, checksum(bytes)]).toString('base64url')}`;
}

/** Reads a key. `place` says where it stands, e.g. "line 2". Throws `vault_key_invalid`, which repeats nothing of the text. */
export function parseMasterKey(text: string, place: string): MasterKey {
  const [, encoded] = pattern.exec(text) ?? [];
  if (encoded === undefined) throw invalid(`${place} is not "tk_" with 48 characters after it`);
  const whole = Buffer.from(encoded, 'base64url');
  const bytes = whole.subarray(0, key_bytes);
  if (!checksum(bytes).equals(whole.subarray(key_bytes))) throw invalid(`${place} has a typo: its checksum is wrong`);
  const weakness = weaknessOf(bytes);
  if (weakness !== undefined) throw invalid(`${place} is weak: ${weakness}`);
  return { id: digest('toolcrib master key id', bytes).toString('hex').slice(0, 16), bytes };
}

/** What makes the bytes guessable; random ones pass. */
function weaknessOf(bytes: Buffer): string | undefined {
  if (new Set(bytes).size < distinct_bytes_min) return 'its bytes repeat';
  const step = ((bytes[1] ?? 0) - (bytes[0] ?? 0)) & 255;
  if (bytes.every((byte, index) => index === 0 || ((byte - (bytes[index - 1] ?? 0)) & 255) === step)) {
    return 'its bytes are a sequence';
  }
  if (bytes.every((byte) => byte >= 32 && byte < 127)) return 'it is a text, not random bytes';
  if (masterKeyText(bytes) === documented_key) return 'it is the example of the documentation';
  return undefined;
}

/** Stands in docs/vault.md, so everybody knows it. */
export const documented_key = 'tk_zdnxC-zPB6H-twbGRja1mikiYJ61v7Kp63xxvYjPtIXvnwuS';

function checksum(bytes: Buffer): Buffer {
  return digest('toolcrib master key checksum', bytes).subarray(0, checksum_bytes);
}

function digest(purpose: string, bytes: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${purpose}\0`), bytes]), 'buffer');
}

export function invalid(problem: string): ToolcribError {
  return new ToolcribError('vault_key_invalid', { params: { problem } });
}
