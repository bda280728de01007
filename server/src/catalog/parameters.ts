// Parameters of a tool and the arguments for them, as types. Decoded by decode-parameters.ts, checked by
// validate-arguments.ts, published by input-schema.ts.
import type { JsonValue } from '../base/json.ts';

export const parameterTypes = ['string', 'integer', 'float', 'boolean', 'array'] as const;
export type ParameterType = (typeof parameterTypes)[number];

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
}

/** Checked arguments: one entry per parameter, `null` where optional and absent. 64-bit integers beyond 2^53 are bigint. */
export type Arguments = Readonly<Record<string, ArgumentValue>>;
export type ArgumentValue = string | number | bigint | boolean | null | readonly ArgumentValue[];
