// Identifiers are passed in, so that tests can name them. UUIDv7 (RFC 9562): sorted by time, no sequence in the database.
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { systemClock } from './clock.ts';

export interface Ids {
  /** A new UUIDv7, lower case with hyphens. Within a process each is greater than the one before. */
  uuid(): string;
}

/** Random bytes for this many ids are fetched at once: asking the system for each one costs more than all the rest. */
const ids_per_refill = 256;
const random = new Uint8Array(16 * ids_per_refill);
let next = random.length;
let msecs = 0;
let seq = 0;

export const randomIds: Ids = {
  uuid: () => {
    if (next === random.length) {
      randomFillSync(random);
      next = 0;
    }
    const bytes = random.subarray(next, (next += 16));
    const now = systemClock.now();
    // RFC 9562 §6.2, method 1: a counter in the bits after the time, begun anew and low each millisecond.
    if (now > msecs) [msecs, seq] = [now, ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0)];
    else seq += 1;
    return v7({ random: bytes, msecs, seq });
  },
};
