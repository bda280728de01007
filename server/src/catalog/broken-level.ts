// Whether a new text of a file is worse than the one that counts: then the file is held at that one.
import type { Fault } from '../base/errors.ts';
import type { FileVersion } from './file-version.ts';

/** A version of a file and what became of its entities, by sort and name. */
export interface Outcome {
  readonly version: FileVersion;
  readonly worked: ReadonlySet<string>;
  /** With the level on which they did: `own_level`, or how far what they refer to is from a source. */
  readonly failed: ReadonlyMap<string, number>;
  /** Of its entities. */
  readonly faults: readonly Fault[];
}

/** The level of a text of which a part cannot be read. */
export const text_level = -1;

/** The level of an entity that is wrong by itself. */
export const own_level = 0;

/**
 * The lowest level on which something is worse: a part of the text cannot be read that could be read before, or something
 * that worked has faults now, by itself or because of what it refers to. Infinity when nothing is. What is gone from the
 * text is meant to be gone, unless something else in the file has newly become unknown: then it may be that.
 */
export function brokenLevel(before: Outcome, now: Outcome): number {
  if (hasNew(before.version.unreadable, now.version.unreadable)) return text_level;
  const is_lost = [...before.worked].some((key) => !now.worked.has(key) && !now.failed.has(key));
  if (is_lost && hasNew(before.version.decoded.faults, now.version.decoded.faults)) return text_level;
  return Math.min(...newFailures(before, now).map((key) => now.failed.get(key) ?? own_level), Infinity);
}

/** How many entities that worked have faults. */
export function newlyFailed(before: Outcome, now: Outcome): number {
  return newFailures(before, now).length;
}

function newFailures(before: Outcome, now: Outcome): readonly string[] {
  return [...now.failed.keys()].filter((key) => before.worked.has(key) && !before.failed.has(key));
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
