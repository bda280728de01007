// An embedded database with our schema and nothing in it, made once for all test files: making one takes seconds, copying it
// does not.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { openStore } from '../../server/src/store/store.ts';

const template = 'template';

/** Makes it in the folder that the test files share. */
export async function makeEmbeddedTemplate(shared: string): Promise<void> {
  const log = createLog({ level: 'silent' });
  const store = await openStore({ url: undefined, folder: join(shared, template), clock: systemClock, log });
  await store.close();
}

/** A data folder in which a start finds the database made already. Outside the test runner it stays empty. */
export function fillDataFolder(folder: string): void {
  if (process.env['VITEST'] === undefined) return;
  const database = 'database';
  cpSync(join(inject('embedded_folder'), template, database), join(folder, database), { recursive: true });
}
