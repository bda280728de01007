// The faults of a statement that every SQL dialect shares: placeholders and parameters that do not agree, more than one
// statement in the text.
import type { Fault } from '../../base/errors.ts';
import type { Parameter } from '../../catalog/parameters.ts';
import type { SqlToken } from './scan-sql.ts';

/** What a placeholder stands for: the parameter at this position, or nothing that exists. */
export type PlaceholderTarget = { readonly index: number } | { readonly unknown: string };

/** Faults where a placeholder has no parameter, and where a parameter has no placeholder. */
export function checkPlaceholders(
  targets: readonly PlaceholderTarget[],
  parameters: readonly Parameter[],
  write: (parameter: Parameter, index: number) => string,
): readonly Fault[] {
  const unknown = new Set(targets.flatMap((target) => ('unknown' in target ? [target.unknown] : [])));
  const used = new Set(targets.flatMap((target) => ('index' in target ? [target.index] : [])));
  const count = parameters.length === 1 ? 'is 1 parameter' : `are ${parameters.length} parameters`;
  return [
    ...Array.from(unknown, (placeholder) => ({
      path: 'statement',
      message: `The placeholder ${placeholder} has no parameter`,
      hint: `There ${count}${parameters.length === 0 ? '' : `: ${parameters.map((parameter, index) => `${parameter.name} is ${write(parameter, index)}`).join(', ')}`}. Add a parameter or correct the placeholder.`,
    })),
    ...parameters.flatMap((parameter, index) =>
      used.has(index)
        ? []
        : [
            {
              path: `parameters[${index}]`,
              message: `The statement does not use the parameter "${parameter.name}"`,
              hint: `Write ${write(parameter, index)} where its value belongs, or remove the parameter. Placeholders inside quotes and comments do not count.`,
            },
          ],
    ),
  ];
}

/** A tool runs one statement; a semicolon may only end it. */
export function checkSingle(tokens: readonly SqlToken[]): readonly Fault[] {
  const end = tokens.findIndex((token) => token.kind === 'semicolon');
  if (tokens.every((token) => token.kind === 'semicolon')) {
    return [
      { path: 'statement', message: 'There is no statement', hint: 'Write the SQL statement that the tool runs.' },
    ];
  }
  if (end < 0 || tokens.slice(end).every((token) => token.kind === 'semicolon')) return [];
  return [
    {
      path: 'statement',
      message: 'There is more than one statement',
      hint: 'A tool runs one statement. Make one tool for each, or one statement of them (WITH … AS).',
    },
  ];
}
