// Identifiers are passed in, so that tests can name them. UUIDv7 (RFC 9562): sorted by time, no sequence in the database.
import { v7 } from 'uuid';

export interface Ids {
  /** A new UUIDv7, lower case with hyphens. */
  uuid(): string;
}

export const randomIds: Ids = { uuid: () => v7() };
