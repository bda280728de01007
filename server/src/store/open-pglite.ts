// How the embedded PostgreSQL is opened: durable, and small in memory.
import { PGlite } from '@electric-sql/pglite';
import { SyncedFiles } from './synced-files.ts';

/**
 * The library's own start parameters without -F (which turns fsync off), and with the one way of syncing the log that
 * reaches our files. The sizes keep memory and the folder small.
 */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
  ...['-c', 'shared_buffers=32MB'],
  ...['-c', 'min_wal_size=32MB'],
  ...['-c', 'max_wal_size=64MB'],
];

/** The database in `folder`; a new one is made when the folder is empty. Blocks the thread that it runs in. */
export async function openPglite(folder: string): Promise<PGlite> {
  const pglite = new PGlite({ fs: new SyncedFiles(folder), startParams });
  await pglite.waitReady;
  return pglite;
}
