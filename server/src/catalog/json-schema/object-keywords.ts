// Keywords of JSON Schema about objects. Names are own properties and nothing else: one may be called `constructor`.
import { nearHint } from '../../base/nearest-names.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { readKeyword, oneSchema, schemasByName } from './schema-parts.ts';
import type { Check, Checks, SchemaAt } from './schema-parts.ts';
import type { EcmaPattern } from './ecma-pattern.ts';
import { below, silently, spend, tell } from './run.ts';
import { count, patternAt } from './scalar-keywords.ts';

const names = {
  is: (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((name) => typeof name === 'string'),
  expected: 'a list of names',
};

export function objectKeywords(at: SchemaAt, checks: Checks): void {
  required(at, checks);
  properties(at, checks);
  propertyNames(at, checks);
  counts(at, checks);
  dependencies(at, checks);
  unevaluated(at, checks);
}

/** A property that is undefined is none: JSON has no such value. */
function has(value: unknown, name: string): boolean {
  return Object.hasOwn(value as object, name) && (value as JsonObject)[name] !== undefined;
}

function namesOf(value: unknown): readonly string[] {
  return Object.keys(value as object).filter((name) => (value as JsonObject)[name] !== undefined);
}

function required(at: SchemaAt, { object }: Checks): void {
  const wanted = readKeyword(at, 'required', names);
  if (wanted === undefined || wanted.length === 0) return;
  object.push((value, place, run) => {
    let holds = true;
    for (const name of wanted) {
      if (has(value, name)) continue;
      holds = tell(run, below(place, name, run), () => ({ message: 'is required and missing' }));
      if (run.faults === undefined) return false;
    }
    return holds;
  });
}

interface PatternCheck {
  readonly pattern: EcmaPattern;
  readonly check: Check;
}

function properties(at: SchemaAt, { object }: Checks): void {
  const by_name = schemasByName(at, 'properties');
  const by_pattern: PatternCheck[] = [];
  for (const [source, check] of schemasByName(at, 'patternProperties')) {
    const pattern = patternAt(at, 'patternProperties', source);
    if (pattern !== undefined) by_pattern.push({ pattern, check });
  }
  const rest = oneSchema(at, 'additionalProperties');
  if (by_name.size === 0 && by_pattern.length === 0 && rest === undefined) return;
  const takes_none = at.schema['additionalProperties'] === false;
  const known = [...by_name.keys()];
  object.push((value, place, run, seen) => {
    let holds = true;
    for (const name of namesOf(value)) {
      spend(run, 1);
      const item = (value as JsonObject)[name];
      const inner = below(place, name, run);
      const own = by_name.get(name);
      let is_known = own !== undefined;
      if (own !== undefined) holds = own(item, inner, run, undefined) && holds;
      for (const { pattern, check } of by_pattern) {
        if (!pattern.isIn(name, run)) continue;
        is_known = true;
        holds = check(item, inner, run, undefined) && holds;
      }
      if (!is_known && takes_none) {
        holds = tell(run, inner, () => ({ message: 'there is nothing of this name', hint: nearHint(name, known) }));
      } else if (!is_known && rest !== undefined) holds = rest(item, inner, run, undefined) && holds;
      if (!holds && run.faults === undefined) return false;
      if (is_known || rest !== undefined) seen?.names.add(name);
    }
    return holds;
  });
}

function propertyNames(at: SchemaAt, { object }: Checks): void {
  const check = oneSchema(at, 'propertyNames');
  if (check === undefined) return;
  object.push((value, place, run) => {
    let holds = true;
    for (const name of namesOf(value)) {
      if (silently(run, () => check(name, undefined, run, undefined))) continue;
      holds = tell(run, below(place, name, run), () => ({ message: 'a property of this name is not allowed' }));
      if (run.faults === undefined) return false;
    }
    return holds;
  });
}

function counts(at: SchemaAt, { object }: Checks): void {
  const rule = (bound: number, holds: (entries: number) => boolean, words: string): void => {
    object.push((value, place, run) => {
      const entries = namesOf(value).length;
      spend(run, entries >> 3);
      return (
        holds(entries) || tell(run, place, () => ({ message: `expected ${words} ${bound} entries, got ${entries}` }))
      );
    });
  };
  const least = readKeyword(at, 'minProperties', count);
  const most = readKeyword(at, 'maxProperties', count);
  if (least !== undefined) rule(least, (entries) => entries >= least, 'at least');
  if (most !== undefined) rule(most, (entries) => entries <= most, 'at most');
}

function dependencies(at: SchemaAt, { object }: Checks): void {
  for (const written of ['dependencies', 'dependentSchemas'] as const) {
    for (const [name, check] of schemasByName(at, written)) {
      object.push((value, place, run, seen) => !has(value, name) || check(value, place, run, seen));
    }
  }
  for (const written of ['dependencies', 'dependentRequired'] as const) {
    const map: unknown = Object.hasOwn(at.schema, written) ? at.schema[written] : undefined;
    if (!isJsonObject(map)) continue;
    for (const [name, wanted] of Object.entries(map)) {
      if (!names.is(wanted)) continue;
      object.push((value, place, run) => {
        if (!has(value, name)) return true;
        const missing = wanted.filter((other) => !has(value, other));
        for (const other of missing) {
          tell(run, below(place, other, run), () => ({ message: `is required where "${name}" is given, and missing` }));
        }
        return missing.length === 0;
      });
    }
  }
}

function unevaluated(at: SchemaAt, { last }: Checks): void {
  const check = oneSchema(at, 'unevaluatedProperties');
  if (check === undefined) return;
  const takes_none = at.schema['unevaluatedProperties'] === false;
  last.push((value, place, run, seen) => {
    if (!isJsonObject(value) || seen === undefined) return true;
    const left = seen.all_names ? [] : namesOf(value).filter((name) => !seen.names.has(name));
    seen.all_names = true;
    let holds = true;
    for (const name of left) {
      const inner = below(place, name, run);
      const is_taken = takes_none
        ? tell(run, inner, () => ({ message: 'there is nothing of this name' }))
        : check(value[name], inner, run, undefined);
      holds &&= is_taken;
    }
    return holds;
  });
}
