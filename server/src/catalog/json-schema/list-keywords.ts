// Keywords of JSON Schema about lists.
import { readKeyword, oneSchema, schemaList } from './schema-parts.ts';
import type { Check, Checks, SchemaAt } from './schema-parts.ts';
import { below, silently, tell } from './run.ts';
import { hasTwice } from './same-value.ts';
import { count } from './scalar-keywords.ts';

const flag = { is: (value: unknown): value is boolean => typeof value === 'boolean', expected: 'true or false' };

export function listKeywords(at: SchemaAt, checks: Checks): void {
  items(at, checks);
  contains(at, checks);
  counts(at, checks);
  unevaluated(at, checks);
}

function items(at: SchemaAt, { list }: Checks): void {
  // Before 2020-12, `items` could be the list, and `additionalItems` the rest.
  const is_old = Array.isArray(at.schema['items']);
  const first = schemaList(at, is_old ? 'items' : 'prefixItems') ?? [];
  const rest = oneSchema(at, is_old ? 'additionalItems' : 'items');
  if (first.length === 0 && rest === undefined) return;
  list.push((value, place, run, seen) => {
    const given = value as readonly unknown[];
    const end = rest === undefined ? Math.min(first.length, given.length) : given.length;
    let holds = true;
    for (let index = 0; index < end; index += 1) {
      const check = first[index] ?? rest;
      if (check === undefined || check(given[index], below(place, index, run), run, undefined)) continue;
      holds = false;
      if (run.faults === undefined) return false;
    }
    if (seen !== undefined) seen.items_before = Math.max(seen.items_before, end);
    return holds;
  });
}

function contains(at: SchemaAt, { list }: Checks): void {
  const check = oneSchema(at, 'contains');
  const least = readKeyword(at, 'minContains', count) ?? 1;
  const most = readKeyword(at, 'maxContains', count) ?? Infinity;
  if (check === undefined) return;
  list.push((value, place, run, seen) => {
    let found = 0;
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      if (!silently(run, () => check(item, undefined, run, undefined))) continue;
      found += 1;
      seen?.items.add(index);
    }
    if (found >= least && found <= most) return true;
    const bound = found < least ? `at least ${least}` : `at most ${most}`;
    return tell(run, place, () => ({ message: `expected ${bound} items of a certain kind, got ${found}` }));
  });
}

function counts(at: SchemaAt, { list }: Checks): void {
  const rule = (bound: number, holds: (entries: number) => boolean, words: string): void => {
    list.push((value, place, run) => {
      const { length } = value as readonly unknown[];
      return holds(length) || tell(run, place, () => ({ message: `expected ${words} ${bound} items, got ${length}` }));
    });
  };
  const least = readKeyword(at, 'minItems', count);
  const most = readKeyword(at, 'maxItems', count);
  if (least !== undefined) rule(least, (entries) => entries >= least, 'at least');
  if (most !== undefined) rule(most, (entries) => entries <= most, 'at most');
  if (readKeyword(at, 'uniqueItems', flag) !== true) return;
  list.push(
    (value, place, run) =>
      !hasTwice(value as readonly unknown[], run) || tell(run, place, () => ({ message: 'an item is there twice' })),
  );
}

function unevaluated(at: SchemaAt, { last }: Checks): void {
  const check: Check | undefined = oneSchema(at, 'unevaluatedItems');
  if (check === undefined) return;
  last.push((value, place, run, seen) => {
    if (!Array.isArray(value) || seen === undefined) return true;
    let holds = true;
    for (let index = seen.items_before; index < value.length; index += 1) {
      if (seen.items.has(index)) continue;
      holds = check(value[index], below(place, index, run), run, undefined) && holds;
    }
    seen.items_before = value.length;
    return holds;
  });
}
