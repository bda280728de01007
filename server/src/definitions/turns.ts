// One piece of work at a time for each tenant: checking definitions takes time that calls need.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export class Turns {
  readonly #waiting = new Map<string, { last: Promise<unknown>; count: number }>();

  /** After what came before it. Throws `calls_limited` when too many wait. */
  async take<Answer>(tenant_id: string, work: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#waiting.get(tenant_id) ?? { last: Promise.resolve(), count: 0 };
    if (turn.count >= limits.definition_queue) {
      throw new ToolcribError('calls_limited', {
        params: { scope: 'this kind for your tenant' },
        retry_after_s: 1,
      });
    }
    this.#waiting.set(tenant_id, turn);
    turn.count += 1;
    const done = turn.last.then(work);
    turn.last = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      turn.count -= 1;
      if (turn.count === 0) this.#waiting.delete(tenant_id);
    }
  }
}
