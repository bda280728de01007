// What a batch of the kind `mssql` is about: the statement that the tool's author wrote, with its values, and in which way
// it is run. The batch itself is pinned literally in test/kinds/mssql-wire.test.ts.
import type { WireParameter } from './requests.ts';
import type { TdsCall } from './tds-session.ts';

export interface InnerStatement {
  readonly text: string;
  /** As declared, by name. */
  readonly parameters: Readonly<Record<string, WireParameter>>;
  /** In an uncommittable transaction. */
  readonly read_only: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

export function readInner({ procedure, parameters }: TdsCall): InnerStatement {
  const [batch, , ...rest] = parameters;
  if (procedure !== 'sp_executesql' || batch === undefined) throw new TypeError('Not a batch of ours');
  const named = new Map(rest.map((parameter) => [parameter.name, parameter]));
  const text = (name: string): string => String(named.get(name)?.value ?? '');
  const declared = text('toolcrib_declarations').match(/@\S+/g) ?? [];
  const settings = rest.filter(({ name }) => /^k\d+$/.test(name));
  return {
    text: text('toolcrib_statement'),
    parameters: Object.fromEntries(
      declared.flatMap((name, index) => {
        const value = named.get(`v${index}`);
        return value === undefined ? [] : [[name.slice(1), value]];
      }),
    ),
    read_only: String(batch.value).includes('XACT_STATE()'),
    settings: Object.fromEntries(
      settings.map(({ name, value }) => [String(value), named.get(`s${name.slice(1)}`)?.value]),
    ),
  };
}
