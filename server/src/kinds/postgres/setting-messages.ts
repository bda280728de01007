// Settings of one call: set inside the implicit transaction of its statement, as `SET LOCAL` does, so that they end with it
// whatever happens. Names and values are bound, never written into a statement.
import { serialize } from 'pg-protocol';
import { ToolcribError } from '../../base/errors.ts';
import type { SessionSetting } from '../../catalog/source.ts';

const statement = 'tc_set';
export const parseSetting = serialize.parse({ name: statement, text: 'SELECT set_config($1, $2, true)' });

const name_pattern = /^[a-z_][a-z0-9_.]*$/;
/** What would undo the read-only mode or whose account it is, and what connect.ts fixes for the reading of values. */
const ours = new RegExp(
  `^(?:${[
    '(?:default_)?transaction_\\w+',
    'session_authorization',
    'client_encoding',
    'datestyle',
    'intervalstyle',
    'bytea_output',
    'extra_float_digits',
    'standard_conforming_strings',
    'backslash_quote',
    'client_min_messages',
  ].join('|')})$`,
);

/** Bind and Execute of each; each is answered with one row and one CommandComplete. */
export function settingMessages(settings: readonly SessionSetting[]): readonly Buffer[] {
  return settings.flatMap(({ name, value }) => [
    serialize.bind({ statement, values: [name, value] }),
    serialize.execute({}),
  ]);
}

/** Why no call may set this; undefined where it may. */
export function refuseSetting(name: string): string | undefined {
  if (!name_pattern.test(name)) return 'a setting of PostgreSQL has a name of lower-case letters, digits, "_" and "."';
  return ours.test(name) ? 'the server itself relies on this setting' : undefined;
}

/** Refuses what only a call can show to be wrong; throws `statement_failed`. */
export function checkSettings(settings: readonly SessionSetting[]): void {
  // `none` is no role: it gives the connection's own account back, and a tenant may be called so.
  const undoes_role = settings.some(({ name, value }) => name === 'role' && value === 'none');
  const reason = undoes_role
    ? 'The role "none" is no role'
    : settings.map(({ name }) => refuseSetting(name)).find((refused) => refused !== undefined);
  if (reason === undefined) return;
  throw new ToolcribError('statement_failed', {
    params: { sqlstate: '22023', condition: 'invalid_parameter_value' },
    cause: new Error(reason),
  });
}
