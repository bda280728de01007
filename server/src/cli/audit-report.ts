// What the audit's commands have in common: anchors as words, and a report as a person reads it.
import type { AuditHead } from '@toolcrib/client';
import type { ChainReport } from '../ledger/verify-export.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput, Io, Option } from './command.ts';

export const anchorOption: Option = {
  value: 'SEQ:HASH',
  repeatable: true,
  description: 'A head that was noted earlier: it must be a record of the chain',
};

/** Throws `usage_invalid`. */
export function anchorsOf(command: Command, { lists }: CommandInput): readonly AuditHead[] {
  return (lists['anchor'] ?? []).map((text) => {
    const parts = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim());
    if (parts === null)
      throw wrongUsage(command, `"${text}" is no anchor`, '--anchor SEQ:HASH, as a report shows the head');
    return { seq: Number(parts[1]), hash: parts[2]?.toLowerCase() ?? '' };
  });
}

/** Shows the report; a whole chain is `done`, anything else `failed`. */
export function showReport(report: ChainReport, write: Io['out']): number {
  if (report.kind === 'broken') {
    const where = report.seq === undefined ? '' : ` at ${report.seq}`;
    write(`The chain is BROKEN${where}: ${report.problem}.\n`);
    return exit.failed;
  }
  const { records, from, to, last, head, tenant_id } = report;
  const count = `${records.toLocaleString('en-US')} ${records === 1 ? 'record' : 'records'}`;
  const times = from === undefined || to === undefined ? '' : ` from ${from} to ${to}`;
  write(`${count}${times}, chain whole, head ${last.seq}:${last.hash}\nTenant ${tenant_id}.`);
  write(last.seq === head.seq ? '\n' : ` A part: the audit went on to ${head.seq}:${head.hash}\n`);
  return exit.done;
}
