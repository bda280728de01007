// Parameters for FalkorDB. Its Bolt endpoint puts the values of parameters into the text of the statement without escaping
// quotes, so that a value could end its own quotes and go on as Cypher. For a server that does this we write the text's
// header of parameters (`CYPHER name=value …`, FalkorDB's own form of parameters) ourselves, with everything escaped.
import { ToolcribError } from '../../base/errors.ts';
import type { CypherMap, CypherValue } from './cypher-values.ts';

/** What FalkorDB accepts as a name in its header and in maps without quotes. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The statement with its parameters in front. Throws `statement_failed` for values that FalkorDB cannot hold. */
export function withHeader(text: string, parameters: CypherMap): string {
  const values = Object.entries(parameters).map(([name, value]) => `${checkedName(name)}=${literal(value)}`);
  return values.length === 0 ? text : `CYPHER ${values.join(' ')} ${text}`;
}

function literal(value: CypherValue): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return value.toString();
    case 'number':
      return float(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      return value === null ? 'null' : compound(value);
  }
}

function compound(value: readonly CypherValue[] | CypherMap): string {
  if (isList(value)) return `[${value.map((item) => literal(item)).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${checkedName(key)}:${literal(item)}`)
    .join(',')}}`;
}

function isList(value: readonly CypherValue[] | CypherMap): value is readonly CypherValue[] {
  return Array.isArray(value);
}

/** Only the quote and the backslash have a meaning inside quotes. It ends texts at NUL. */
function quoted(value: string): string {
  if (value.includes('\0')) throw unsupported('22021', 'character_not_in_repertoire');
  return `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

/** Always with a point or an exponent, so that it stays a float. */
function float(value: number): string {
  const written = Object.is(value, -0) ? '-0.0' : String(value);
  return /[.e]/.test(written) ? written : `${written}.0`;
}

function checkedName(name: string): string {
  if (!plainName.test(name)) throw unsupported('42602', 'invalid_name');
  return name;
}

function unsupported(sqlstate: string, condition: string): ToolcribError {
  return new ToolcribError('statement_failed', { params: { sqlstate, condition } });
}
