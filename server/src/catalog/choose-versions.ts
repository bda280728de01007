// Which text of each file counts: the new one, unless it is worse than the last one; then the last one, for the whole file.
import type { Fault } from '../base/errors.ts';
import type { Holder, Lifetimes } from './lifetimes.ts';
import { brokenLevel, newlyFailed, text_level } from './broken-level.ts';
import type { Outcome } from './broken-level.ts';
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
    const next = reconsider(choices, linked.outcomes);
    if (next === undefined) {
      // Only now: what both have is not to be closed in between.
      await Promise.all(earlier.map((unused) => unused.release()));
      return { ...linked, choices, holder };
    }
    earlier.push(holder);
    choices = next;
  }
}

/** The choices to link next; undefined when these are right. */
function reconsider(choices: readonly Choice[], outcomes: readonly Outcome[]): readonly Choice[] | undefined {
  const levels = choices.map(({ before, refused, is_final }, index) => {
    const outcome = outcomes[index];
    if (is_final || refused !== undefined || before === undefined || outcome === undefined) return Infinity;
    return brokenLevel(before, outcome);
  });
  // What is broken by itself first: it may be the reason why others are.
  const level = Math.min(...levels, Infinity);
  if (level < Infinity) {
    return choices.map((choice, index) => (levels[index] === level ? hold(choice, outcomes[index], level) : choice));
  }
  const next = choices.map((choice, index) => giveUp(choice, outcomes[index]));
  return next.every((choice, index) => choice === choices[index]) ? undefined : next;
}

function hold(choice: Choice, outcome: Outcome | undefined, level: number): Choice {
  const { before } = choice;
  if (before === undefined || outcome === undefined) return choice;
  const faults = [...outcome.version.decoded.faults, ...outcome.faults];
  return { ...choice, version: before.version, refused: { faults, outcome }, is_final: level === text_level };
}

/** The old text may not work any more either, because of other files. Then it is no better. */
function giveUp(choice: Choice, outcome: Outcome | undefined): Choice {
  const { before, refused, is_final } = choice;
  if (is_final || before === undefined || outcome === undefined || refused?.outcome === undefined) return choice;
  if (newlyFailed(before, outcome) < newlyFailed(before, refused.outcome)) return choice;
  return { ...choice, version: refused.outcome.version, refused: undefined, is_final: true };
}
