// What the decoding of one entity carries along: where faults go, and how their texts are kept free of secrets.
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { describeType, describeValue, shortened } from './describe-value.ts';
import type { Filled, Located, LocatedScalar, Place } from './located.ts';
import { toPlain } from './located.ts';

/** The environment as decoding sees it; only base/config.ts reads the real one. */
export type Environment = (name: string) => string | undefined;

/** Of what no operator has written: nothing is filled in, `${NAME}` is a text like any other. */
export const noEnvironment: Environment = () => undefined;

export interface Decoding {
  readonly file: string;
  /** False where values may be secret: a source's fields are described by type only. */
  readonly show_values: boolean;
  readonly faults: Fault[];
  /** Values that came from the environment, to keep them out of texts that we did not write. */
  readonly filled: Map<string, string>;
}

export interface FaultText {
  readonly path: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Adds a fault, up to the bound of one entity. */
export function tell(decoding: Decoding, place: Place, { path, message, hint }: FaultText): void {
  if (decoding.faults.length >= limits.faults) return;
  const { file } = decoding;
  decoding.faults.push({ path: shownPath(path), message, ...(hint === undefined ? {} : { hint }), file, ...place });
}

/** Keys may be anything: a path is cut, and holds nothing that a terminal would act on. */
function shownPath(path: string): string {
  const shown = path.replaceAll(/\p{C}/gu, '?');
  return shown.length <= limits.path_characters ? shown : `${shown.slice(0, limits.path_characters)}…`;
}

/** Adds the fault that a value is not of the expected shape, unless what is wrong with it is told elsewhere. */
export function tellShape(
  decoding: Decoding,
  node: Located,
  { path, expected }: { readonly path: string; readonly expected: string },
): void {
  if (isTold(node)) return;
  tell(decoding, node.place, { path, message: `expected ${expected}, got ${describeNode(node, decoding)}` });
}

/** Whether a value is missing or broken in a way that is told where it was read. */
export function isTold(node: Located): boolean {
  return node.kind === 'scalar' && (node.defects !== undefined || node.filled?.missing === true);
}

/** Adds a fault that a kind has worded: a text that repeats a value of the environment is replaced. */
export function tellForeign(decoding: Decoding, place: Place, fault: FaultText): void {
  const text = `${fault.message}\n${fault.hint ?? ''}`;
  const repeated = [...decoding.filled].find(([value]) => text.includes(value));
  if (repeated === undefined) tell(decoding, place, fault);
  else tell(decoding, place, { path: fault.path, message: withheld(repeated[1]) });
}

function withheld(name: string): string {
  return `is not valid here; the reason is not shown because it repeats the value of \${${name}}`;
}

/** A value in the words of a fault: shown where it may be, else its type or its placeholder. */
export function describeNode(node: Located, decoding: Decoding): string {
  if (node.kind === 'scalar' && node.filled !== undefined) {
    return `the value of ${placeholders(node.filled)}`;
  }
  if (node.kind === 'map') return 'an object';
  if (node.kind === 'list') return 'a list';
  return decoding.show_values ? describeValue(toPlain(node)) : describeType(toPlain(node));
}

/** A name in the words of a fault: quoted, or by its placeholder. */
export function quoteName({ value, filled }: LocatedScalar): string {
  return filled === undefined ? `"${shortened(String(value))}"` : `named by ${placeholders(filled)}`;
}

function placeholders({ names }: Filled): string {
  return names.map((name) => `\${${name}}`).join(' and ');
}
