// Which text of each file counts: the new one, unless it is worse than the last one; then the last one, for the whole file.
import type { Fault } from '../base/errors.ts';
import type { Lifetimes, Holder } from './lifetimes.ts';
import { newlyFailed, whatIsBroken } from './what-is-broken.ts';
import type { Outcome } from './what-is-broken.ts';
import type { FileVersion } from './file-version.ts';
import type { ConfigFile, LinkedFiles } from './link-files.ts';

/** A file with the text that it has now, and what counted of it before. */
export interface Candidate {
  readonly file: ConfigFile;
  readonly now: FileVersion | undefined;
  /** Why there is no text. */
  readonly fault: Fault | undefined;
  readonly before: Outcome | undefined;
}

export interface Choice {
  readonly file: ConfigFile;
  readonly version: FileVersion;
  readonly before: Outcome | undefined;
  /** Present when the file is held: what is wrong with its new text. */
  readonly refused: Refused | undefined;
  /** Not to be held (again). */
  readonly is_final: boolean;
}

interface Refused {
  readonly faults: readonly Fault[];
  /** Absent when it could not be read. */
  readonly outcome?: Outcome;
}

export interface Chosen extends LinkedFiles {
  readonly choices: readonly Choice[];
  readonly holder: Holder;
}

type Link = (choices: readonly Choice[], holder: Holder) => Promise<LinkedFiles>;

/** The choice before anything is linked; undefined for a file of which nothing can be had. */
export function firstChoice({ file, now, fault, before }: Candidate): Choice | undefined {
  const version = now ?? before?.version;
  if (version === undefined) return undefined;
  const refused = fault === undefined ? undefined : { faults: [fault] };
  return { file, version, before, refused, is_final: version === before?.version };
}

/**
 * Links, holds the files that are broken, and links again, until none is. Every file is held once and given up once at
 * most, so that this ends.
 */
export async function chooseVersions(first: readonly Choice[], lifetimes: Lifetimes, link: Link): Promise<Chosen> {
  const earlier: Holder[] = [];
  let choices = first;
  for (;;) {
    const holder = lifetimes.holder();
    const linked = await link(choices, holder);
    const next = choices.map((choice, index) => reconsider(choice, linked.outcomes[index]));
    if (next.every(({ version }, index) => version === choices[index]?.version)) {
      // Only now: what both have is not to be closed in between.
      await Promise.all(earlier.map((unused) => unused.release()));
      return { ...linked, choices: next, holder };
    }
    earlier.push(holder);
    choices = next;
  }
}

function reconsider(choice: Choice, outcome: Outcome | undefined): Choice {
  const { before, refused, is_final } = choice;
  if (is_final || before === undefined || outcome === undefined) return choice;
  if (refused?.outcome === undefined) {
    const broken = whatIsBroken(before, outcome);
    if (broken === undefined) return choice;
    const faults = [...outcome.version.decoded.faults, ...outcome.faults];
    return { ...choice, version: before.version, refused: { faults, outcome }, is_final: broken === 'text' };
  }
  // The old text may not work any more either, because of other files. Then it is no better.
  const is_better = newlyFailed(before, outcome) < newlyFailed(before, refused.outcome);
  return is_better
    ? { ...choice, is_final: true }
    : { ...choice, version: refused.outcome.version, refused: undefined, is_final: true };
}
