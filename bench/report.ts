// The figures as text: tables that can go into docs/performance.md as they are.
import type { Cell } from './measure-cells.ts';
import type { Spread } from './statistics.ts';

/** A Markdown table, padded so that it can also be read in a terminal. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** `variants`: what the variants of the cells are. */
export function cellTable(variants: string, cells: readonly Cell[]): string {
  return table(
    [
      `${variants}, connections`,
      'server',
      'calls/s',
      'p50 ms',
      'p99 ms',
      'CPU ms/1,000',
      'database CPU ms/1,000',
      'load CPU',
      'peak RSS MB',
    ],
    cells.map((cell) => [
      `${cell.variant}, ${cell.connections}`,
      cell.contestant,
      withSpread(cell.calls_per_second, 0),
      withSpread(cell.p50_ms, 2),
      withSpread(cell.p99_ms, 2),
      withSpread(cell.cpu_ms_per_1000, 0),
      withSpread(cell.database_cpu_ms_per_1000, 0),
      `${(cell.load_cpu_share.median * 100).toFixed(0)} %`,
      megabytes(cell.peak_rss_bytes),
    ]),
  );
}

export interface Ratio {
  readonly variant: string;
  readonly connections: number;
  /** Peer / ours: above 1 is better for us. */
  readonly cpu: number;
  /** Ours / peer: above 1 is better for us. */
  readonly calls_per_second: number;
  readonly p50: number;
  readonly p99: number;
}

/** One row per cell that both have. */
export function ratios(cells: readonly Cell[], ours: string, peer: string): readonly Ratio[] {
  return cells
    .filter((cell) => cell.contestant === ours)
    .flatMap((our) => {
      const their = cells.find(
        (cell) => cell.contestant === peer && cell.variant === our.variant && cell.connections === our.connections,
      );
      return their === undefined ? [] : [ratio(our, their)];
    });
}

function ratio(our: Cell, their: Cell): Ratio {
  return {
    variant: our.variant,
    connections: our.connections,
    cpu: their.cpu_ms_per_1000.median / our.cpu_ms_per_1000.median,
    calls_per_second: our.calls_per_second.median / their.calls_per_second.median,
    p50: their.p50_ms.median / our.p50_ms.median,
    p99: their.p99_ms.median / our.p99_ms.median,
  };
}

export function ratioTable(variants: string, rows: readonly Ratio[]): string {
  return table(
    [
      `${variants}, connections`,
      'CPU per call: peer / ours',
      'calls/s: ours / peer',
      'p50: peer / ours',
      'p99: peer / ours',
    ],
    rows.map((row) => [
      `${row.variant}, ${row.connections}`,
      ...[row.cpu, row.calls_per_second, row.p50, row.p99].map((value) => value.toFixed(2)),
    ]),
  );
}

export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}

/** The median, with the lowest and the highest. */
export function withSpread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
