// Whether a new text of a file is worse than the one that counts: then the file is held at that one.
import type { Fault } from '../base/errors.ts';
import type { FileVersion } from './file-version.ts';

/** A version of a file and what became of its entities, by sort and name. */
export interface Outcome {
  readonly version: FileVersion;
  readonly worked: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** Of its entities. */
  readonly faults: readonly Fault[];
}

/**
 * `entities`: something that worked has faults now. `text`: a part cannot be read that could be read before. What is gone
 * from the text is meant to be gone, unless something else in the file has newly become unknown: then it may be that.
 */
export function whatIsBroken(before: Outcome, now: Outcome): 'entities' | 'text' | undefined {
  if (hasNew(before.version.unreadable, now.version.unreadable)) return 'text';
  const is_lost = [...before.worked].some((key) => !now.worked.has(key) && !now.failed.has(key));
  if (is_lost && hasNew(before.version.decoded.faults, now.version.decoded.faults)) return 'text';
  return newlyFailed(before, now) > 0 ? 'entities' : undefined;
}

/** How many entities that worked have faults. */
export function newlyFailed(before: Outcome, now: Outcome): number {
  return [...now.failed].filter((key) => before.worked.has(key) && !before.failed.has(key)).length;
}

/** Whether there are faults that were not there; where they are in the text does not matter. */
function hasNew(before: readonly Fault[], now: readonly Fault[]): boolean {
  const counts = new Map<string, number>();
  for (const { message } of before) counts.set(message, (counts.get(message) ?? 0) + 1);
  return now.some(({ message }) => {
    const left = counts.get(message) ?? 0;
    counts.set(message, left - 1);
    return left === 0;
  });
}
