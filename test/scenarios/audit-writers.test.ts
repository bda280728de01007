// Several processes append to the chains of the same tenants, and are killed while they do.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { verifyExport } from '../../server/src/ledger/verify-export.ts';
import { openStore } from '../../server/src/store/store.ts';
import { exportLines, exportText } from '../support/audit-chain.ts';
import { createDatabase } from '../support/postgres.ts';
import { addTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

const script = fileURLToPath(new URL('../ledger/append-until-killed.ts', import.meta.url));
const kills = 4;
/** Acknowledged records of both processes between one kill and the next. */
const enough = 1_500;

describe('two processes that write the audit of 40 tenants, and kill -9', () => {
  it('leave chains that are whole, with every acknowledged record', { timeout: 120_000 }, async () => {
    verifies('OPS-01', 'GOV-01');
    const database = await createDatabase();
    const store = await openStore({ url: database.url, clock: systemClock, log: createLog({ level: 'silent' }) });
    const tenants: string[] = [];
    for (let count = 0; count < 40; count += 1) {
      tenants.push((await addTenant(store, `t${randomIds.uuid().slice(-12)}`)).tenant_id);
    }
    const acknowledged = new Set<string>();
    const complaints: string[] = [];
    let reached: (() => void) | undefined;
    let failed: ((error: Error) => void) | undefined;
    let goal = 0;
    const start = (): ChildProcess => {
      const child = spawn(process.execPath, [script, database.url, ...tenants], { stdio: ['ignore', 'pipe', 'pipe'] });
      createInterface({ input: child.stdout }).on('line', (id) => {
        // A line that was cut by the kill was not acknowledged.
        if (id.length === 36) acknowledged.add(id);
        if (acknowledged.size >= goal) reached?.();
      });
      createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
      child.on('exit', (code) => {
        if (code !== null) failed?.(new Error(`A writer ended with ${code}:\n${complaints.join('\n')}`));
      });
      return child;
    };
    const writers = [start(), start()];
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        goal = acknowledged.size + enough;
        await new Promise<void>((resolve, reject) => ([reached, failed] = [resolve, reject]));
        const victim = writers[kill % 2];
        const ended = victim === undefined ? undefined : once(victim, 'exit');
        victim?.kill('SIGKILL');
        await ended;
        if (kill < kills - 1) writers[kill % 2] = start();
      }
      await killAll(writers);
      const found = new Set<string>();
      for (const tenant_id of tenants) {
        const text = await exportText(store, tenant_id);
        expect(await verifyExport(exportLines(text))).toMatchObject({ kind: 'whole' });
        for (const [, id = ''] of text.matchAll(/"call","tenant_id":"[^"]+","id":"([^"]+)"/g)) {
          expect(found.has(id)).toBe(false);
          found.add(id);
        }
      }
      expect([...acknowledged].filter((id) => !found.has(id))).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await killAll(writers);
      await store.close();
      await database.drop();
    }
  });
});

async function killAll(writers: readonly ChildProcess[]): Promise<void> {
  for (const writer of writers) {
    if (writer.exitCode !== null || writer.signalCode !== null) continue;
    const ended = once(writer, 'exit');
    writer.kill('SIGKILL');
    await ended;
  }
}
