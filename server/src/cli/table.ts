// Rows as an aligned table for a terminal. Control characters are made visible: a result cannot steer the terminal (A39).

import { visible } from './terminal.ts';

const widest = 60;

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads.map((head) => head.toUpperCase()), ...rows].map((row) => row.map((cell) => printable(cell)));
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function printable(text: string): string {
  const shown = visible(text);
  return shown.length > widest ? `${shown.slice(0, widest - 1)}…` : shown;
}
