// Opens the store in each of its two forms, empty, for tests that must hold on both.
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { inject } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { openEmbeddedDatabase } from '../../server/src/store/embedded-database.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store, StoreOptions } from '../../server/src/store/store.ts';
import { createDatabase } from './postgres.ts';

export interface StoreHome {
  /** What the store is opened with; opening it twice gives the same data. */
  readonly options: StoreOptions;
  open(): Promise<Store>;
  /** Deletes the data; the store must be closed. */
  remove(): Promise<void>;
}

const quiet = { clock: systemClock, log: createLog({ level: 'silent' }) };

/** A place for an embedded store: a folder of its own. */
export async function embeddedHome(): Promise<StoreHome> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-store-'));
  cpSync(await emptyDatabase(), join(folder, 'database'), { recursive: true });
  const options = { folder, ...quiet };
  return {
    options,
    open: () => openStore(options),
    remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}

/** An embedded database without anything in it, made once for all files: it takes seconds. */
async function emptyDatabase(): Promise<string> {
  const shared = join(inject('embedded_folder'), 'database');
  if (existsSync(shared)) return shared;
  const folder = mkdtempSync(join(inject('embedded_folder'), 'new-'));
  const database = await openEmbeddedDatabase(folder, quiet);
  await database.close();
  try {
    renameSync(join(folder, 'database'), shared);
  } catch (error) {
    // Another file was quicker.
    if (!existsSync(shared)) throw error;
  }
  return shared;
}

/** A place for a store on the shared PostgreSQL: a database whose owner is no superuser. */
export async function postgresHome(): Promise<StoreHome> {
  const database = await createDatabase();
  const options = { url: database.url, ...quiet };
  return { options, open: () => openStore(options), remove: () => database.drop() };
}

/** For `describe.each`: the name of each form and how to get a place for it. */
export const storeForms = [
  ['embedded', embeddedHome],
  ['postgres', postgresHome],
] as const;

export interface TestTenant {
  readonly tenant_id: string;
  readonly user_id: string;
}

/** A tenant with the workspace `main` and an owner of that e-mail. */
export async function addTenant(store: Store, slug: string, email = `owner@${slug}.example`): Promise<TestTenant> {
  const tenant_id = randomIds.uuid();
  return store.asOperator(async (db) => {
    await db.insertInto('tenant').values({ id: tenant_id, slug, name: slug }).execute();
    const user = await sql<{ id: string }>`select ensure_user(${randomIds.uuid()}, ${email}, ${'Owner'}) as id`.execute(
      db,
    );
    const user_id = user.rows[0]?.id ?? '';
    await db.insertInto('workspace').values({ tenant_id, id: randomIds.uuid(), slug: 'main' }).execute();
    await db.insertInto('member').values({ tenant_id, user_id, role: 'owner' }).execute();
    return { tenant_id, user_id };
  });
}
