// Every call that was answered has its record in our audit: as many as calls, not one more.
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchDeps } from './bench-deps.ts';
import { countAuditRecords } from './toolcrib.ts';

const auditWithinMs = 10_000;

/** Throws Error when there is a record too few or too many. */
export async function requireAuditRecords(
  superuser_url: string,
  calls: number,
  tell: BenchDeps['tell'],
): Promise<void> {
  const deadline = performance.now() + auditWithinMs;
  let records = await countAuditRecords(superuser_url);
  while (records < calls && performance.now() < deadline) {
    await delay(50);
    records = await countAuditRecords(superuser_url);
  }
  if (records !== calls) throw new Error(`${calls} calls were answered, and the audit has ${records} records`);
  tell(`audit: ${records} records for ${calls} calls`);
}
