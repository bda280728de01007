// `sessionSettings` in MySQL: `role`, user variables (`app.tenant` is `@app.tenant`, any name with a point), and system
// variables (`time_zone`). They are gone with the reset after the call.
import type { SessionSetting } from '../../catalog/source.ts';
import { literal } from './connect.ts';
import { MysqlServerError } from './packets.ts';

/** What our reader of statements and the limits of a call rely on. */
const ours =
  /^(sql_mode|autocommit|sql_select_limit|(tx|transaction)_read_only|max_(statement|execution)_time|character_set_\w+|collation_\w+|completion_type)$/i;
const setting_name = /^[A-Za-z_][\w.]{0,62}$/;

export function settingStatements(settings: readonly SessionSetting[]): readonly string[] {
  return settings.map(({ name, value }) => {
    const reason = refuseSetting(name);
    if (reason !== undefined) throw new MysqlServerError(1231, '42000', reason);
    if (name === 'role') return `SET ROLE \`${value.replaceAll('`', '``')}\``;
    if (name.includes('.')) return `SET @\`${name}\` = ${text(value)}`;
    return `SET SESSION ${name} = ${literal(value)}`;
  });
}

/** A user variable keeps its value as it is: "007" is no number. */
function text(value: string): string {
  return `_utf8mb4 X'${Buffer.from(value, 'utf8').toString('hex')}'`;
}

/** Why no call may set this; undefined where it may. */
export function refuseSetting(name: string): string | undefined {
  if (!setting_name.test(name)) return 'a setting has a name of letters, digits, "_" and "."';
  return ours.test(name) ? 'the server itself relies on this setting' : undefined;
}
