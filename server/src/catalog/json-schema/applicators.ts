// Keywords of JSON Schema that apply further schemas to the same value, and its references.
import type { Fault } from '../../base/errors.ts';
import { oneSchema, schemaList } from './schema-parts.ts';
import type { Check, Checks, SchemaAt } from './schema-parts.ts';
import { join } from './references.ts';
import type { Target } from './references.ts';
import { addSeen, newSeen, silently, tell } from './run.ts';
import type { Place, Run, Seen } from './run.ts';

export function applicators(at: SchemaAt, { any }: Checks): void {
  const all = schemaList(at, 'allOf');
  if (all !== undefined) any.push(...all);
  const some = schemaList(at, 'anyOf');
  if (some !== undefined) any.push(anyOf(some));
  const one = schemaList(at, 'oneOf');
  if (one !== undefined) any.push(oneOf(one));
  const none = oneSchema(at, 'not');
  if (none !== undefined) any.push(not(none));
  conditional(at, any);
  any.push(...references(at));
}

type Branch = { readonly holds: boolean; readonly faults: readonly Fault[] };

/** One of several forms: its faults are kept apart, and what it has looked at counts when it holds. */
function tryBranch(check: Check, { value, at, run, seen }: Applied): Branch {
  const outer = run.faults;
  const faults: Fault[] = [];
  if (outer !== undefined) run.faults = faults;
  const own = seen === undefined ? undefined : newSeen();
  try {
    const holds = check(value, at, run, own);
    if (holds && seen !== undefined && own !== undefined) addSeen(seen, own);
    return { holds, faults };
  } finally {
    run.faults = outer;
  }
}

interface Applied {
  readonly value: unknown;
  readonly at: Place;
  readonly run: Run;
  readonly seen: Seen | undefined;
}

function anyOf(checks: readonly Check[]): Check {
  return (value, at, run, seen) => {
    const failed: Branch[] = [];
    for (const check of checks) {
      const branch = tryBranch(check, { value, at, run, seen });
      if (!branch.holds) failed.push(branch);
      // Every form that holds counts for what was looked at.
      else if (seen === undefined) return true;
    }
    return failed.length < checks.length || tellNone(failed, at, run);
  };
}

function oneOf(checks: readonly Check[]): Check {
  return (value, at, run, seen) => {
    const failed: Branch[] = [];
    let holding = 0;
    for (const check of checks) {
      const branch = tryBranch(check, { value, at, run, seen });
      if (!branch.holds) failed.push(branch);
      else if (++holding > 1) break;
    }
    if (holding === 1) return true;
    if (holding === 0) return tellNone(failed, at, run);
    return tell(run, at, () => ({ message: 'fits more than one of the allowed forms, and must fit exactly one' }));
  };
}

/** The faults of the form that was probably meant: the only one, or the one that is wrong only further inside. */
function tellNone(failed: readonly Branch[], at: Place, run: Run): false {
  const { faults } = run;
  if (faults === undefined) return false;
  const before = faults.length;
  tell(run, at, () => ({ message: `fits none of the ${failed.length} allowed forms` }));
  const here = faults[before]?.path;
  const inside = failed.filter((branch) => branch.faults.every(({ path }) => path !== here));
  const [meant] = failed.length === 1 ? failed : inside.toSorted((a, b) => a.faults.length - b.faults.length);
  if (meant === undefined || meant.faults.length === 0) return false;
  faults.splice(before, faults.length, ...meant.faults);
  return false;
}

function not(check: Check): Check {
  return (value, at, run) =>
    !silently(run, () => check(value, undefined, run, undefined)) ||
    tell(run, at, () => ({ message: 'has a form that is not allowed' }));
}

function conditional(at: SchemaAt, any: Check[]): void {
  const condition = oneSchema(at, 'if');
  const then = oneSchema(at, 'then');
  const otherwise = oneSchema(at, 'else');
  if (condition === undefined) return;
  any.push((value, place, run, seen) => {
    const own = seen === undefined ? undefined : newSeen();
    const holds = silently(run, () => condition(value, undefined, run, own));
    if (holds && seen !== undefined && own !== undefined) addSeen(seen, own);
    const next = holds ? then : otherwise;
    return next === undefined || next(value, place, run, seen);
  });
}

function references(at: SchemaAt): readonly Check[] {
  const { schema } = at;
  return ['$ref', '$dynamicRef', '$recursiveRef'].flatMap((name) => {
    if (!Object.hasOwn(schema, name)) return [];
    const target = resolve(at, name);
    if (target === undefined) return [];
    const check = at.compiling.compile(target.schema, join(at.path, name), target.resource);
    const { dynamic } = target;
    return [name === '$ref' || dynamic === undefined ? check : dynamically(at, dynamic, check)];
  });
}

function resolve({ schema, path, resource, compiling }: SchemaAt, name: string): Target | undefined {
  const reference: unknown = schema[name];
  const { references: known, faults } = compiling;
  const target = typeof reference === 'string' ? known.resolve(reference, resource) : undefined;
  if (target !== undefined) return target;
  const is_inside = typeof reference === 'string' && reference.startsWith('#');
  faults.tell(
    join(path, name),
    is_inside ? 'there is no such place in the schema' : 'leads out of the schema',
    is_inside ? undefined : 'Only references inside the same document are followed (#/$defs/name): nothing is fetched.',
  );
  return undefined;
}

/** The outermost resource that was entered and has a dynamic anchor of that name decides. */
function dynamically({ compiling, path }: SchemaAt, name: string, fallback: Check): Check {
  const places = [...compiling.references.dynamicPlaces(name)];
  const checks = new Map(places.map(([resource, schema]) => [resource, compiling.compile(schema, path, resource)]));
  return (value, place, run, seen) => {
    const outermost = run.scope.find((resource) => checks.has(resource));
    const check = outermost === undefined ? fallback : checks.get(outermost);
    return (check ?? fallback)(value, place, run, seen);
  };
}
