// Parameters of a tool and the arguments for them, as types. Decoded by decode-parameters.ts, checked by
// validate-arguments.ts, published by input-schema.ts.
import type { JsonValue } from '../base/json.ts';
import type { CallerFact } from '../base/caller.ts';

export const parameterTypes = ['string', 'integer', 'float', 'boolean', 'array', 'map'] as const;
export type ParameterType = (typeof parameterTypes)[number];
export const scalarTypes = ['string', 'integer', 'float', 'boolean'] as const;
export type ScalarType = (typeof scalarTypes)[number];

/** A parameter as linked: every default is filled in. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  /** False whenever there is a default. */
  readonly required: boolean;
  readonly default?: JsonValue;
  /** Of an array: what its items are. */
  readonly items?: Parameter;
  /** Of a map: what its values are; any of the scalar types when absent. */
  readonly value_type?: ScalarType;
  readonly constraints?: Constraints;
  /** The list of the file that it stands in, for kinds where the list says what the value is for (`parameter_lists`). */
  readonly list?: string;
  /** Present when the value goes into the text of the statement instead of being bound. */
  readonly template?: TemplateUse;
  /** Present when the platform fills the value in: then it is no argument, and no surface publishes it as one. */
  readonly filled_from?: FilledFrom;
  /** Whether its argument may name secret variables (`$NAME`), which are filled in when the call runs. */
  readonly variables?: true;
}

/** What a value must be beyond its type. Of an array, `items` has constraints of its own. */
export interface Constraints {
  readonly allowed_values?: readonly ValuePattern[];
  readonly excluded_values?: readonly ValuePattern[];
  /** Characters (Unicode code points). */
  readonly min_length?: number;
  readonly max_length?: number;
  /** Regular expression in RE2 syntax; found anywhere in the text, as in JSON Schema. */
  readonly pattern?: string;
  readonly min_value?: number;
  readonly max_value?: number;
}

/** A whole value (of an array: a whole list), or a regular expression (RE2) that must match the whole text. */
export type ValuePattern = string | number | boolean | readonly JsonValue[] | { readonly pattern: string };

export const escapeStyles = ['single-quotes', 'double-quotes', 'backticks', 'square-brackets'] as const;
export type EscapeStyle = (typeof escapeStyles)[number];

/** How a template parameter's value gets into the statement: quoted, or only if it is an identifier, or as it is. */
export interface TemplateUse {
  readonly escape?: EscapeStyle;
  /** The author answers for it: the value goes in as it is. */
  readonly unsafe: boolean;
}

/** Where the platform takes a value from. */
export type FilledFrom =
  | { readonly kind: 'claims'; readonly claims: readonly ClaimReference[] }
  | { readonly kind: 'caller'; readonly fact: CallerFact }
  | { readonly kind: 'parameter'; readonly name: string };

/** A claim of the token that an auth service has verified. */
export interface ClaimReference {
  readonly service: string;
  readonly field: string;
}

/** Checked arguments: one entry per parameter, `null` where optional and absent. 64-bit integers beyond 2^53 are bigint. */
export type Arguments = Readonly<Record<string, ArgumentValue>>;
export type ArgumentValue = string | number | bigint | boolean | null | readonly ArgumentValue[] | ArgumentMap;
export interface ArgumentMap {
  readonly [key: string]: ArgumentValue;
}
