// One process at a time may use a data folder: an exclusive SQLite transaction on a file in it, which the operating
// system ends with the process however it dies.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ToolcribError } from '../base/errors.ts';

export interface DataLock {
  release(): void;
}

const sqlite_busy = 5;

/** Takes the lock or throws `data_locked`. */
export function lockDataFolder(folder: string): DataLock {
  const database = new DatabaseSync(join(folder, 'toolcrib.lock'), { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    const busy = error instanceof Error && 'errcode' in error && error.errcode === sqlite_busy;
    throw new ToolcribError(busy ? 'data_locked' : 'internal', { cause: error });
  }
  return { release: () => database.close() };
}
