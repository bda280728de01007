// A schema as a tree of functions: everything that can be decided once is decided here. No code is made from texts, since
// schemas come from tenants and from third parties.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { describeValue } from '../describe-value.ts';
import { applicators } from './applicators.ts';
import { listKeywords } from './list-keywords.ts';
import { objectKeywords } from './object-keywords.ts';
import type { Resource, References } from './references.ts';
import type { Check, Checks, Compiling, SchemaAt } from './schema-parts.ts';
import { addSeen, newSeen, spend, tell, TooComplex } from './run.ts';
import type { Place, Run, Seen } from './run.ts';
import { scalarKeywords } from './scalar-keywords.ts';
import type { SchemaFaults } from './schema-faults.ts';

export function createCompiler(references: References, faults: SchemaFaults): Compiling {
  const known = new Map<JsonObject, Check>();
  const compiling: Compiling = {
    references,
    faults,
    compile: (schema, path, outer) => {
      if (schema === true) return pass;
      if (schema === false) return refuse;
      if (!isJsonObject(schema)) {
        faults.tell(path, `expected a schema, an object or true or false, got ${describeValue(schema)}`);
        return pass;
      }
      const before = known.get(schema);
      if (before !== undefined) return before;
      const holder: { check: Check } = { check: pass };
      // References lead here before the schema is compiled.
      known.set(schema, (value, at, run, seen) => holder.check(value, at, run, seen));
      if (known.size > limits.schema_nodes) faults.end(path, `more than ${limits.schema_nodes} schemas`);
      if (!faults.is_over) {
        const resource = references.resourceOf(schema) ?? outer;
        holder.check = toCheck(checksOf({ schema, path, resource, compiling }), resource);
      }
      known.set(schema, holder.check);
      return holder.check;
    },
  };
  return compiling;
}

const pass: Check = () => true;
const refuse: Check = (_value, at, run) => tell(run, at, () => ({ message: 'there must be nothing here' }));

function checksOf(at: SchemaAt): Checks {
  const checks: Checks = { any: [], text: [], number: [], list: [], object: [], last: [] };
  if (at.resource.is_legacy && typeof at.schema['$ref'] === 'string') {
    applicators({ ...at, schema: { $ref: at.schema['$ref'] } }, checks);
    return checks;
  }
  scalarKeywords(at, checks);
  objectKeywords(at, checks);
  listKeywords(at, checks);
  applicators(at, checks);
  return checks;
}

function toCheck({ any, text, number, list, object, last }: Checks, resource: Resource): Check {
  const byType = (value: unknown): readonly Check[] => {
    switch (typeof value) {
      case 'string':
        return text;
      case 'number':
      case 'bigint':
        return number;
      case 'object':
        return Array.isArray(value) ? list : value === null ? [] : object;
      default:
        return [];
    }
  };
  const all = (value: unknown, at: Place, run: Run, seen: Seen | undefined): boolean =>
    allHold(any, [value, at, run, seen]) && allHold(byType(value), [value, at, run, seen]);
  const looks: Check =
    last.length === 0
      ? all
      : (value, at, run, outer) => {
          const seen = newSeen();
          if (!all(value, at, run, seen) || !allHold(last, [value, at, run, seen])) return false;
          if (outer !== undefined) addSeen(outer, seen);
          return true;
        };
  return (value, at, run, seen) => {
    spend(run, 1);
    if (run.depth >= limits.schema_check_depth) throw new TooComplex();
    run.depth += 1;
    const is_entered = run.scope.at(-1) !== resource;
    if (is_entered) run.scope.push(resource);
    const holds = looks(value, at, run, seen);
    if (is_entered) run.scope.pop();
    run.depth -= 1;
    return holds;
  };
}

/** The first that fails is enough, unless faults are asked for: then every keyword tells its own. */
function allHold(checks: readonly Check[], args: Parameters<Check>): boolean {
  const is_quick = args[2].faults === undefined;
  let holds = true;
  for (const check of checks) {
    if (check(...args)) continue;
    if (is_quick) return false;
    holds = false;
  }
  return holds;
}
