// Checks values against a JSON Schema that a third party wrote, with bounded work (attack A37): JSON Schema 2020-12, and what
// the drafts 4 to 2019-09 write differently. `format` and `content…` are notes, as the standard has it by default; references
// out of the document are refused (docs/decisions/0180).
import type { Fault } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { createCompiler } from './json-schema/compile-node.ts';
import { indexSchema } from './json-schema/references.ts';
import { newRun, TooComplex } from './json-schema/run.ts';
import type { Run } from './json-schema/run.ts';
import { SchemaFaults } from './json-schema/schema-faults.ts';

export interface CompiledSchema {
  /** What is wrong with a value, one fault per place; empty when nothing is. Integers beyond 2^53 may be bigint. */
  check(value: unknown): readonly Fault[];
}

/** Throws `config_invalid` with a fault per place for a schema that is none, or that is not taken. */
export function compileSchema(schema: JsonObject | boolean): CompiledSchema {
  const faults = new SchemaFaults();
  const references = indexSchema(schema, faults);
  faults.throwIfAny();
  const check = createCompiler(references, faults).compile(schema, '', references.root);
  faults.throwIfAny();
  const holds = (value: unknown, run: Run): boolean | 'too complex' => {
    try {
      return check(value, undefined, run, undefined);
    } catch (thrown) {
      // RangeError: the stack has ended, with a value that is nested deeper than any that comes as JSON.
      if (thrown instanceof TooComplex || thrown instanceof RangeError) return 'too complex';
      throw thrown;
    }
  };
  return {
    // Words are looked for only after a refusal.
    check: (value) => {
      const first = holds(value, newRun());
      if (first === true) return [];
      const found: Fault[] = [];
      const second = first === 'too complex' ? first : holds(value, newRun(found));
      if (found.length > 0) return withoutTwice(found);
      return [first === 'too complex' || second !== 'too complex' ? tooComplex : unexplained];
    },
  };
}

const tooComplex: Fault = {
  path: '',
  message: 'takes too much work to check against its schema',
  hint: 'Send less, or shorter texts: the work of one check is bounded.',
};

const unexplained: Fault = { path: '', message: 'does not fit its schema' };

/** Several keywords may say the same of one place. */
function withoutTwice(faults: readonly Fault[]): readonly Fault[] {
  const told = new Set<string>();
  return faults.filter(({ path, message }) => {
    const text = `${path} ${message}`;
    return !told.has(text) && told.add(text);
  });
}
