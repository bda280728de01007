// Parameters of a tool: their types, the checking of arguments against them, and the JSON Schema that is published.
// PLACEHOLDER BODY: to be completed (see the functions below).
import type { JsonValue } from '../base/json.ts';

export type ParameterType = 'string' | 'integer' | 'float' | 'boolean' | 'array';

/** A parameter as linked: every default is filled in. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  readonly required: boolean;
  readonly default?: JsonValue;
  /** Of an array: what its items are. */
  readonly items?: Parameter;
}

/** Checked arguments: one entry per parameter, `null` where optional and absent. 64-bit integers beyond 2^53 are bigint. */
export type Arguments = Readonly<Record<string, ArgumentValue>>;
export type ArgumentValue = string | number | bigint | boolean | null | readonly ArgumentValue[];
