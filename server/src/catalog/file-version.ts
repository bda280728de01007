// One text of one configuration file, decoded. A text is decoded again only when a variable that it names has changed.
import type { Fault } from '../base/errors.ts';
import type { Pause } from '../base/pause.ts';
import { decodeFile } from './decode.ts';
import type { DecodedFile, Kinds } from './decode.ts';
import type { Environment } from './decoding.ts';
import type { FileSplitter } from './file-splitter.ts';

export interface FileVersion {
  readonly text: string;
  /** The variables that were asked for, with the values that they had. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  readonly decoded: DecodedFile;
  /** What keeps a part of the text from being read at all. */
  readonly unreadable: readonly Fault[];
}

export interface VersionInput {
  readonly text: string;
  /** As faults name the file. */
  readonly shown: string;
  readonly known: readonly (FileVersion | undefined)[];
}

export interface VersionDeps {
  readonly environment: Environment;
  readonly kinds: Kinds;
  readonly pause: Pause;
  readonly splitter: FileSplitter;
}

/** The version of a text: a known one where it is the same. */
export async function makeVersion({ text, shown, known }: VersionInput, deps: VersionDeps): Promise<FileVersion> {
  const { environment, kinds, pause, splitter } = deps;
  for (const version of known) if (version?.text === text && isUpToDate(version, environment)) return version;
  const variables = new Map<string, string | undefined>();
  const remember: Environment = (name) => {
    const value = environment(name);
    variables.set(name, value);
    return value;
  };
  const split = await splitter.split(text, shown);
  const decoded = await decodeFile({ split, file: shown, environment: remember, kinds, pause });
  return { text, variables, decoded, unreadable: split.unreadable };
}

function isUpToDate({ variables }: FileVersion, environment: Environment): boolean {
  return [...variables].every(([name, value]) => environment(name) === value);
}
