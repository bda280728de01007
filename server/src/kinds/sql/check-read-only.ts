// The fault of a statement that a read-only tool can never run: told at load instead of at every call.
import type { Fault } from '../../base/errors.ts';
import type { SqlSyntax } from '../../catalog/source.ts';
import { commandOf, scanSql } from './scan-sql.ts';

/** `bound`: the commands that the database's read-only mode binds; every other one is refused. */
export function checkReadOnlyCommand(
  statement: string,
  { syntax, bound }: { readonly syntax: SqlSyntax; readonly bound: ReadonlySet<string> },
): readonly Fault[] {
  const command = commandOf(scanSql(statement, syntax));
  if (command === '' || bound.has(command)) return [];
  return [
    {
      path: 'statement',
      message: `A read-only tool cannot run ${command.toUpperCase()}`,
      hint: 'Write "readOnly: false" on a tool that is meant to write. Read-only are SELECT, WITH, VALUES and EXPLAIN.',
    },
  ];
}
