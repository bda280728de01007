// A kind of tool for tests of calls that run beside each other: calls wait for one another, or for their end.
import { z } from 'zod';
import type { ToolKind } from '../../server/src/catalog/tool.ts';

export interface Meeting {
  /**
   * `kind: meeting` with `guests: n`: a call answers with its argument `value` once n calls run at the same time.
   * With `guests: 0` it waits until it is cancelled.
   */
  readonly kind: ToolKind<{ guests: number }>;
  /** Resolves when a call that waits for its end has begun. */
  readonly begun: Promise<void>;
  /** Resolves with the reason when that call was cancelled. */
  readonly cancelled: Promise<unknown>;
}

export function createMeeting(): Meeting {
  const begun = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<unknown>();
  const kind: ToolKind<{ guests: number }> = {
    type: 'meeting',
    aliases: [],
    source_types: [],
    fields: z.strictObject({ guests: z.int().min(0) }),
    check: () => [],
    prepare: ({ guests }) => {
      let waiting: (() => void)[] = [];
      return async (args, ctx) => {
        if (guests === 0) {
          begun.resolve();
          await new Promise<void>((resolve) => {
            ctx.signal.addEventListener('abort', () => resolve(), { once: true });
          });
          cancelled.resolve(ctx.signal.reason);
          throw ctx.signal.reason;
        }
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length < guests) return;
          const all = waiting;
          waiting = [];
          // The last to come is answered first, so that answers do not leave in the order of their questions.
          for (const leave of all.toReversed()) leave();
        });
        const { value } = args;
        return { kind: 'value', value: typeof value === 'string' ? value : null };
      };
    },
  };
  return { kind, begun: begun.promise, cancelled: cancelled.promise };
}
