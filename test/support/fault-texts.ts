// Tool files with one fault each, and how the faults of a file are shown: what the pins of faults are written in.
import { expect } from 'vitest';
import { loadTexts } from './load-texts.ts';

export const fault_source = 'sources: {pg: {kind: postgres, host: h, database: d, user: u, password: p}}\n';

/** A tool with everything it needs, and more lines: the first further line is line 8. */
export const toolText = (...lines: readonly string[]): string =>
  [
    fault_source.trimEnd(),
    'tools:',
    '  t:',
    '    kind: postgres-sql',
    '    source: pg',
    '    statement: SELECT 1',
    '    description: d',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');

/** A tool with one parameter: its first line is line 9. */
export const parameterText = (...lines: readonly string[]): string =>
  toolText('parameters:', ...lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)).replace(
    'SELECT 1',
    'SELECT $1',
  );

export type FaultCase = readonly [name: string, text: string, ...faults: readonly string[]];

/** The faults of a file `a.yaml` of this text, each as `line:column path — message | hint`. */
export async function shownFaults(text: string): Promise<readonly string[]> {
  const { faults } = await loadTexts({ files: { 'a.yaml': text } });
  return faults.map(({ file, line, column, path, message, hint }) => {
    expect(file).toBe('a.yaml');
    return `${line}:${column} ${path} — ${message} | ${hint ?? ''}`;
  });
}
