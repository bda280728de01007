// What operations on files answer, held equal to the wire types of the client package.
import type { FileLink, StoredFile as StoredFileOnWire } from '@toolcrib/client';
import { z } from 'zod';
import type { StoredFile } from '../../files/stored-files.ts';
import { id, instant } from './schemas.ts';

export const storedFile = z
  .object({
    id,
    name: z.string(),
    media_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string(),
    tool: z.string().nullable(),
    created_at: instant,
    expires_at: instant.nullable(),
  })
  .meta({ id: 'StoredFile' }) satisfies z.ZodType<StoredFileOnWire>;

export const fileLink = z
  .object({ url: z.url(), expires_at: instant })
  .meta({ id: 'FileLink' }) satisfies z.ZodType<FileLink>;

export function fileOnWire({ created_at, expires_at, ...file }: StoredFile): StoredFileOnWire {
  return {
    ...file,
    created_at: new Date(created_at).toISOString(),
    expires_at: expires_at === null ? null : new Date(expires_at).toISOString(),
  };
}
