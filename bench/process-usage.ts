// What a process and its children use, from Linux's /proc: CPU time and resident memory. See proc(5).
import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks per second of /proc's times: fixed at 100 for user space on Linux. */
const ticksPerSecond = 100;

/** CPU time in ms of a process, its living descendants and those that it has waited for. */
export function cpuTime(pid: number): number {
  let ticks = 0;
  // Fields 14 to 17: utime, stime, cutime, cstime. A waited-for child is in exactly one parent's cutime.
  for (const stat of tree(pid)) ticks += sum(stat.fields.slice(11, 15).map(Number));
  return (ticks * 1_000) / ticksPerSecond;
}

export interface MemoryUse {
  readonly rss_bytes: number;
  /** The most that it has been since the process began, kept by the kernel. */
  readonly peak_bytes: number;
}

/** Resident memory of a process and its descendants, added up. */
export function memoryUse(pid: number): MemoryUse {
  let rss_bytes = 0;
  let peak_bytes = 0;
  for (const stat of tree(pid)) {
    const status = read(`/proc/${stat.pid}/status`);
    rss_bytes += kilobytes(status, 'VmRSS');
    peak_bytes += kilobytes(status, 'VmHWM');
  }
  return { rss_bytes, peak_bytes };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** From field 3 (state) on. */
  readonly fields: readonly string[];
}

function tree(root: number): readonly Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== undefined);
  const found = all.filter((stat) => stat.pid === root);
  // Grows while it is walked: children of children are found too.
  for (const parent of found) found.push(...all.filter((stat) => stat.parent === parent.pid));
  return found;
}

function readStat(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything, also parentheses: what counts begins after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return text === '' ? undefined : { pid, parent: Number(fields[1]), fields };
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
