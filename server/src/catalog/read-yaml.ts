// YAML text into located values, document by document: one that cannot be read does not stop the others.
import { LineCounter, isScalar, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { locateYaml, placeAt } from './locate-yaml.ts';
import type { Located, Place } from './located.ts';

export interface YamlDocuments {
  /** Documents that hold something, in order; empty and unreadable ones are left out. */
  readonly documents: readonly Located[];
  readonly faults: readonly Fault[];
}

/** Faults of one document's syntax: one broken quote can make thousands. */
const syntax_faults = 10;

/** Reads all documents of one file. Never throws. */
export function readYaml(text: string, file: string): YamlDocuments {
  const lines = new LineCounter();
  const documents: Located[] = [];
  const faults: Fault[] = [];
  // Repeated keys are found by locateYaml, which knows the first one's line; the library's check takes quadratic time.
  const options = { prettyErrors: false, uniqueKeys: false, intAsBigInt: true, logLevel: 'silent' } as const;
  for (const [index, parsed] of [...parseAllDocuments(text, { ...options, lineCounter: lines })].entries()) {
    const read = readDocument(parsed, text, lines);
    if ('root' in read) documents.push(read.root);
    for (const { place, ...fault } of read.faults) {
      faults.push({ path: `documents[${index}]`, ...fault, file, ...place });
    }
  }
  return { documents, faults };
}

interface DocumentFault {
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
}

type ReadDocument =
  | { readonly faults: readonly DocumentFault[] }
  | { readonly root: Located; readonly faults: readonly DocumentFault[] };

function readDocument(document: Document.Parsed, text: string, lines: LineCounter): ReadDocument {
  // The library composes recursively and says so when its stack ends.
  const too_deep = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (too_deep !== undefined) {
    const hint = `Nest at most ${limits.config_depth} levels.`;
    return { faults: [{ place: placeAt(lines, too_deep.pos[0]), message: 'nested too deep to be read', hint }] };
  }
  const faults = [...document.errors, ...document.warnings].slice(0, syntax_faults).map((error) => ({
    place: placeAt(lines, error.pos[0]),
    // Without the text that the library repeats: it may be long, or secret.
    message: `the YAML is not valid: ${error.message.replace(/:? ".*/s, '').slice(0, limits.path_characters)}`,
    ...(followsPlaceholder(text, error.pos[0]) ? { hint: 'Inside { } and [ ] write placeholders in quotes.' } : {}),
  }));
  const { contents } = document;
  if (faults.length > 0 || contents === null || (isScalar(contents) && contents.value === null)) return { faults };
  const root = locateYaml(contents, lines);
  if (root !== 'too large') return { root, faults };
  const place = placeAt(lines, contents.range[0]);
  const message = `the document has more than ${limits.config_values} values or ${limits.config_aliases} aliases`;
  return { faults: [{ place, message, hint: 'Use fewer aliases (*name), or split the file.' }] };
}

/** Whether a placeholder stands before an offset in its line: its brackets mean something else inside `{ }`. */
function followsPlaceholder(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset + 1).includes('${');
}
