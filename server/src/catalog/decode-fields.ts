// The fields of an entity against a schema: zod decides what is valid, this file says where it is not and in our words.
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { describeNode, isTold, tell, tellForeign, tellShape } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { typedText } from './fill-placeholders.ts';
import { joinPath, locate, toPlain } from './located.ts';
import type { Located, LocatedMap, Place } from './located.ts';

type Issue = z.core.$ZodIssue;

export interface FieldsAt {
  readonly node: LocatedMap;
  readonly path: string;
  /** Where to point for a field that is missing. */
  readonly place: Place;
  /** Further fields that are valid here but decoded elsewhere, for hints. */
  readonly other_fields?: readonly string[];
}

/** The decoded fields, or undefined after telling every fault. */
export function decodeFields<T>(schema: z.ZodType<T>, at: FieldsAt, decoding: Decoding): T | undefined {
  const first = schema.safeParse(toPlain(at.node));
  if (first.success) return first.data;
  // The environment holds texts; where a number or a boolean is wanted, a text that is one will do.
  const typed = typeFilled(at.node, first.error.issues);
  const parsed = typed === at.node ? first : schema.safeParse(toPlain(typed));
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.slice(0, limits.faults)) tellIssue(issue, schema, at, decoding);
  return undefined;
}

/** The names of a schema's fields at a path, as far as they can be known: in a union, those of every branch. */
function fieldNames(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const whole: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  let nodes = alternatives(whole);
  for (const step of path) {
    const inside = (node: unknown): unknown =>
      typeof step === 'number' ? property(node, 'items') : property(property(node, 'properties'), step);
    nodes = nodes.flatMap((node) => alternatives(inside(node)));
  }
  // `deprecated`: fields of other products that are refused with what to write instead.
  const names = nodes.flatMap((node) => {
    const properties = property(node, 'properties') ?? {};
    return Object.keys(properties).filter((name) => !Object.hasOwn(property(properties, name) ?? {}, 'deprecated'));
  });
  return [...new Set(names)];
}

function alternatives(node: unknown): readonly unknown[] {
  const inner = property(node, 'anyOf') ?? property(node, 'oneOf');
  return Array.isArray(inner) ? inner.flatMap((branch: unknown) => alternatives(branch)) : [node];
}

function property(node: unknown, name: PropertyKey): object | undefined {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined;
  const value: unknown = Reflect.get(node, name);
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** An issue with those of every branch of a union, each with its whole path. */
function withBranches(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  return issue.errors.flat().flatMap((inner) => withBranches({ ...inner, path: [...issue.path, ...inner.path] }));
}

function typeFilled(root: LocatedMap, issues: readonly Issue[]): LocatedMap {
  let typed: Located = root;
  for (const issue of issues.flatMap((one) => withBranches(one))) {
    if (issue.code !== 'invalid_type') continue;
    const { node } = locate(root, issue.path);
    if (node?.kind !== 'scalar' || node.filled === undefined) continue;
    const value = typedText(node.value, issue.expected === 'int' ? 'number' : issue.expected);
    if (value !== undefined) typed = replaceAt(typed, issue.path, { ...node, value });
  }
  return typed.kind === 'map' ? typed : root;
}

function replaceAt(node: Located, path: readonly PropertyKey[], replacement: Located): Located {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (node.kind === 'list') {
    return {
      ...node,
      items: node.items.map((item, index) => (index === step ? replaceAt(item, rest, replacement) : item)),
    };
  }
  const entry = node.kind === 'map' ? node.entries.get(String(step)) : undefined;
  if (node.kind !== 'map' || entry === undefined) return node;
  const changed = { ...entry, value: replaceAt(entry.value, rest, replacement) };
  return { ...node, entries: new Map(node.entries).set(String(step), changed) };
}

function tellIssue(issue: Issue, schema: z.ZodType, at: FieldsAt, decoding: Decoding): void {
  const found = locate(at.node, issue.path);
  const { node } = found;
  const place = node === undefined && issue.path.length === 1 ? at.place : found.place;
  const path = joinPath(at.path, issue.path);
  if (node === undefined) {
    return tell(decoding, place, { path, message: `"${String(issue.path.at(-1))}" is missing` });
  }
  // What is missing, or was already refused where it was read, is told once.
  if (isTold(node)) return;
  switch (issue.code) {
    case 'unrecognized_keys':
      return tellUnknownFields(issue.keys, node, { issue, schema, at }, decoding);
    case 'invalid_type':
      return tellShape(decoding, node, { path, expected: expectedWords(issue.expected) });
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value));
      const hint =
        node.kind === 'scalar' && node.filled === undefined
          ? nearHint(String(node.value), issue.values.map(String))
          : undefined;
      return tell(decoding, place, {
        path,
        message: `expected ${values.join(' or ')}, got ${describeNode(node, decoding)}`,
        hint,
      });
    }
    case 'too_small':
      return tell(decoding, place, { path, message: boundWords(issue, `at least ${issue.minimum}`) });
    case 'too_big':
      return tell(decoding, place, { path, message: boundWords(issue, `at most ${issue.maximum}`) });
    case 'invalid_union': {
      const branch = likelyBranch(issue.errors);
      if (branch.length === 0) break;
      for (const inner of branch) tellIssue({ ...inner, path: [...issue.path, ...inner.path] }, schema, at, decoding);
      return;
    }
    default:
      break;
  }
  tellForeign(decoding, place, { path, message: issue.message });
}

/** The branch of a union that was most likely meant: one of the right shape, else the one with the fewest faults. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const has_shape = branches.filter((branch) =>
    branch.every(({ code, path }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')),
  );
  const candidates = has_shape.length > 0 ? has_shape : branches;
  return candidates.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

interface UnknownFieldsAt {
  readonly issue: Issue;
  readonly schema: z.ZodType;
  readonly at: FieldsAt;
}

function tellUnknownFields(
  keys: readonly string[],
  node: Located,
  { issue, schema, at }: UnknownFieldsAt,
  decoding: Decoding,
): void {
  const is_top = issue.path.length === 0;
  const valid = [...fieldNames(schema, issue.path), ...(is_top ? (at.other_fields ?? []) : [])];
  for (const key of keys.slice(0, limits.faults)) {
    const place = node.kind === 'map' ? node.entries.get(key)?.key_place : undefined;
    tellUnknownField(decoding, place ?? node.place, { path: joinPath(at.path, [...issue.path, key]), key, valid });
  }
}

/** What configurations of MCP Toolbox may have and this version does not know: a near name would mislead. */
const toolboxNames: ReadonlySet<string> = new Set([
  ...['embeddingModels', 'embeddingModel', 'authServices', 'authSources'],
  ...['authRequired', 'useClientOAuth', 'scopesRequired', 'embeddedBy', 'secure'],
]);
export const notSupported = 'MCP Toolbox has it; it is not supported here yet.';

/** Whether a name is one that MCP Toolbox knows and this version does not. */
export function isToolboxName(name: unknown): boolean {
  return typeof name === 'string' && toolboxNames.has(name);
}

export interface UnknownField {
  readonly path: string;
  readonly key: string;
  readonly valid: readonly string[];
}

/** A field that nothing here knows: never ignored, because it may be one that protects. */
export function tellUnknownField(decoding: Decoding, place: Place, { path, key, valid }: UnknownField): void {
  const near = valid.length === 0 ? undefined : nearHint(key, valid);
  const hint = isToolboxName(key) ? notSupported : near;
  tell(decoding, place, { path, message: 'unknown field', hint });
}

function expectedWords(expected: string): string {
  switch (expected) {
    case 'string':
      return 'a string';
    case 'number':
      return 'a number';
    case 'int':
      return 'an integer';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    default:
      return 'an object';
  }
}

function boundWords(issue: { readonly origin: string }, bound: string): string {
  if (issue.origin === 'string') return bound === 'at least 1' ? 'must not be empty' : `must have ${bound} characters`;
  if (issue.origin === 'array') return bound === 'at least 1' ? 'must not be empty' : `must have ${bound} entries`;
  return `must be ${bound}`;
}
