// What is wrong with a schema itself, gathered while it is compiled.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { shownSource } from '../describe-value.ts';

export class SchemaFaults {
  readonly #faults: Fault[] = [];
  /** Whether nothing further is looked at. */
  is_over = false;

  tell(path: string, message: string, hint?: string): void {
    if (this.#faults.length >= limits.faults) this.is_over = true;
    else this.#faults.push({ path: shownSource(path), message, ...(hint === undefined ? {} : { hint }) });
  }

  /** For what is over a bound. */
  end(path: string, problem: string): void {
    this.tell(path, `the schema is too large: ${problem}`);
    this.is_over = true;
  }

  throwIfAny(): void {
    const faults = this.#faults;
    if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  }
}
