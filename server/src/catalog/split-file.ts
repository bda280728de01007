// The text of one configuration file into the entities that it defines, as data: what takes long for a large text, and may
// therefore happen in a thread of its own.
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Decoding } from './decoding.ts';
import { readYaml } from './read-yaml.ts';
import { splitEntities } from './split-entities.ts';
import type { Entity } from './split-entities.ts';

export interface SplitFile {
  /** In the order of the file. */
  readonly entities: readonly Entity[];
  /** What belongs to no entity. */
  readonly faults: readonly Fault[];
  /** Those of them that keep a part of the text from being read at all. */
  readonly unreadable: readonly Fault[];
}

/** Reads the YAML and finds the entities. Never throws for anything that the text holds. */
export function splitFile(text: string, file: string): SplitFile {
  const { documents, faults: unreadable } = readYaml(text, file);
  const entities: Entity[] = [];
  const faults: Fault[] = unreadable.slice(0, limits.config_file_faults);
  for (const root of documents) {
    const decoding: Decoding = { file, show_values: true, faults: [], filled: new Map() };
    for (const entity of splitEntities(root, decoding)) entities.push(entity);
    faults.push(...decoding.faults.slice(0, limits.config_file_faults - faults.length));
    if (entities.length > limits.config_entities) {
      const message = `the file defines more than ${limits.config_entities} entities`;
      return unreadableFile({ path: '', message, hint: 'Split it.', file });
    }
  }
  return { entities, faults, unreadable: unreadable.slice(0, limits.config_file_faults) };
}

/** A file of which nothing can be had. */
export function unreadableFile(fault: Fault): SplitFile {
  return { entities: [], faults: [fault], unreadable: [fault] };
}
