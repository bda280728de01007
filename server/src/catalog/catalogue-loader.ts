// Loads the configuration files, again and again: what has not changed is taken over, a file that is broken is held at its
// last good text, and what is not wrong works. Decides nothing about when.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { createPause } from '../base/pause.ts';
import type { Catalogue, HeldFile } from './catalogue.ts';
import { chooseVersions, firstChoice } from './choose-versions.ts';
import type { Candidate, Choice, Chosen } from './choose-versions.ts';
import { createCatalogue } from './create-catalogue.ts';
import type { Kinds } from './decode.ts';
import type { Environment } from './decoding.ts';
import { FileSplitter } from './file-splitter.ts';
import { makeVersion } from './file-version.ts';
import type { VersionDeps } from './file-version.ts';
import { findFiles } from './find-files.ts';
import type { AllFound, CatalogueFile, Found, KnownFile } from './find-files.ts';
import { Lifetimes } from './lifetimes.ts';
import type { Holder } from './lifetimes.ts';
import { linkFiles } from './link-files.ts';
import type { LinkDeps } from './linking.ts';

export interface LoadInput {
  readonly files: readonly CatalogueFile[];
  readonly environment: Environment;
  readonly kinds: Kinds;
  readonly deps: Omit<LinkDeps, 'keep' | 'snapshotOf'> & Partial<Pick<LinkDeps, 'snapshotOf'>>;
  /** Refuses everything when anything has a fault. */
  readonly strict?: boolean;
}

export interface LoadedCatalogue {
  readonly catalogue: Catalogue;
  /** Of all files, in their order, by line; of a file that is held, those of its new text. */
  readonly faults: readonly Fault[];
}

export interface LoadOptions {
  /** Absolute paths of files that are being changed: what counted of them goes on counting. */
  readonly unsettled?: ReadonlySet<string>;
  /** Asked after the files were read: whether they are still the same. */
  readonly isStill?: () => Promise<boolean>;
}

/** One at a time: a load begins after the one before has ended. */
export class CatalogueLoader {
  readonly #input: LoadInput;
  readonly #lifetimes: Lifetimes;
  /** Of the catalogues that are not closed yet. */
  readonly #holders = new Set<Holder>();
  /** Undefined until something was loaded. */
  #known: readonly KnownFile[] | undefined;

  constructor(input: LoadInput) {
    this.#input = input;
    this.#lifetimes = new Lifetimes(input.deps.log);
  }

  /**
   * Loads without connecting to any source. Undefined when the files have changed while they were read. Throws
   * `config_invalid` with all faults when it is the first load and `strict`.
   */
  async load({ unsettled = new Set(), isStill }: LoadOptions = {}): Promise<LoadedCatalogue | undefined> {
    const { environment, kinds, deps, strict = false } = this.#input;
    const pause = createPause(deps.clock);
    const found = await findFiles(this.#input.files, this.#known ?? [], unsettled);
    if (isStill !== undefined && !(await isStill())) return undefined;
    const splitter = new FileSplitter(pause);
    const candidates: Candidate[] = [];
    try {
      for (const one of found.found) candidates.push(await toCandidate(one, { environment, kinds, pause, splitter }));
    } finally {
      await splitter.close();
    }
    const first = candidates.flatMap((candidate) => firstChoice(candidate) ?? []);
    const choose = (choices: readonly Choice[]): Promise<Chosen> =>
      chooseVersions(choices, this.#lifetimes, (files, keep) =>
        linkFiles(files, { snapshotOf: noSnapshots, ...deps, keep, pause }),
      );
    const chosen = await choose(first);
    const faults = allFaults(chosen, candidates, found);
    if (!strict || faults.length === 0) return { catalogue: this.#accept(chosen, heldOf(chosen)), faults };
    const before = this.#known;
    const kept = before === undefined ? undefined : await choose(before.map(choiceAsBefore));
    await chosen.holder.release();
    if (kept === undefined) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
    return { catalogue: this.#accept(kept, heldByFile(faults, first)), faults };
  }

  /** Closes everything that was loaded, whoever uses it. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#holders, (holder) => holder.release()));
  }

  #accept({ parts, choices, outcomes, holder }: Chosen, held: readonly HeldFile[]): Catalogue {
    this.#known = choices.flatMap(({ file, refused }, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : [{ file, outcome, refused: refused?.outcome?.version }];
    });
    this.#holders.add(holder);
    return createCatalogue({ ...parts, held }, () => {
      this.#holders.delete(holder);
      return holder.release();
    });
  }
}

/** Where nothing is kept of sources: a check of files, a test. */
const noSnapshots = (): Promise<undefined> => Promise.resolve(undefined);

async function toCandidate({ file, content, known }: Found, deps: VersionDeps): Promise<Candidate> {
  const before = known?.outcome;
  switch (content.kind) {
    case 'text': {
      const versions = [before?.version, known?.refused];
      const input = { text: content.text, shown: file.shown, known: versions };
      return { file, now: await makeVersion(input, deps), fault: undefined, before };
    }
    case 'unreadable':
      return { file, now: undefined, fault: content.fault, before };
    case 'as before':
      return { file, now: undefined, fault: undefined, before };
  }
}

function choiceAsBefore({ file, outcome }: KnownFile): Choice {
  return { file, version: outcome.version, before: outcome, refused: undefined, is_final: true };
}

function allFaults({ choices, outcomes }: Chosen, candidates: readonly Candidate[], found: AllFound): readonly Fault[] {
  const unread = candidates.flatMap(({ fault, before }) =>
    fault === undefined || before !== undefined ? [] : [fault],
  );
  const of_choices = choices.flatMap(
    ({ version, refused }, index) => refused?.faults ?? [...version.decoded.faults, ...(outcomes[index]?.faults ?? [])],
  );
  return sortFaults([...found.faults, ...unread, ...of_choices], found.shown);
}

function heldOf({ choices }: Chosen): readonly HeldFile[] {
  return choices.flatMap(({ file, refused }) =>
    refused === undefined ? [] : [{ file: file.shown, scope: file.scope, faults: refused.faults }],
  );
}

/** Everything is held because of these faults. */
function heldByFile(faults: readonly Fault[], choices: readonly Choice[]): readonly HeldFile[] {
  return choices.flatMap(({ file: { shown, scope } }) => {
    const own = faults.filter(({ file }) => file === shown);
    return own.length === 0 ? [] : [{ file: shown, scope, faults: own }];
  });
}

function sortFaults(faults: readonly Fault[], files: readonly string[]): readonly Fault[] {
  const position = new Map(files.map((file, index) => [file, index]));
  const order = ({ file }: Fault): number => position.get(file ?? '') ?? -1;
  return faults.toSorted(
    (a, b) => order(a) - order(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
