// The faults of a statement that can be seen at load: parameters that do not agree, more than one statement, and writing
// clauses in a tool that only reads.
import type { Fault } from '../../base/errors.ts';
import type { Parameter } from '../../catalog/parameters.ts';
import type { ToolToCheck } from '../../catalog/tool.ts';
import { checkPlaceholders } from '../sql/check-placeholders.ts';
import { scanCypher } from './scan-cypher.ts';
import type { CypherToken } from './scan-cypher.ts';
import { findWriting } from './writing-clauses.ts';

export function checkCypher(statement: string, { parameters, read_only }: ToolToCheck): readonly Fault[] {
  const tokens = scanCypher(statement);
  const bound = parameters.filter((parameter) => parameter.template === undefined);
  const targets = tokens
    .filter((token) => token.kind === 'placeholder')
    .map(({ text }) => {
      const index = bound.findIndex((parameter) => parameter.name === text);
      return index < 0 ? { unknown: writePlaceholder(text) } : { index };
    });
  const write = (parameter: Parameter): string => writePlaceholder(parameter.name);
  const single = checkSingle(tokens);
  const reading = read_only && single.length === 0 ? checkReading(statement) : [];
  return [...single, ...checkPlaceholders(targets, bound, write), ...reading];
}

/** Whether the text is one statement; a semicolon may only end it. */
export function isSingle(text: string): boolean {
  return checkSingle(scanCypher(text)).length === 0;
}

function checkSingle(tokens: readonly CypherToken[]): readonly Fault[] {
  const isEnd = (token: CypherToken): boolean => token.kind === 'sign' && token.text === ';';
  if (tokens.every(isEnd)) {
    const hint = 'Write the Cypher statement that the tool runs.';
    return [{ path: 'statement', message: 'There is no statement', hint }];
  }
  const end = tokens.findIndex(isEnd);
  if (end < 0 || tokens.slice(end).every(isEnd)) return [];
  const hint = 'A tool runs one statement. Make one tool for each, or join them with WITH.';
  return [{ path: 'statement', message: 'There is more than one statement', hint }];
}

function checkReading(statement: string): readonly Fault[] {
  const found = findWriting(statement);
  if (found === undefined) return [];
  const message = `The tool is read-only and its statement has ${found}`;
  const hint =
    'A tool that writes says readOnly: false. A name that looks like a clause is written in backticks; of procedures, a read-only tool may call those that docs/tools.md lists.';
  return [{ path: 'statement', message, hint }];
}

function writePlaceholder(name: string): string {
  return /^[A-Za-z0-9_]+$/.test(name) ? `$${name}` : `$\`${name}\``;
}
