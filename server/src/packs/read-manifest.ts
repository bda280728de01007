// `manifest.yaml` of a pack, decoded: every fault has its file, line and path.
import type { Fault } from '../base/errors.ts';
import { decodeFields } from '../catalog/decode-fields.ts';
import { tell, tellShape } from '../catalog/decoding.ts';
import type { Decoding, Environment } from '../catalog/decoding.ts';
import { decodeProvider } from '../catalog/load-providers.ts';
import { filterEntries, joinPath, locate, splitPath } from '../catalog/located.ts';
import type { Located, LocatedMap } from '../catalog/located.ts';
import { readYaml } from '../catalog/read-yaml.ts';
import type { Provider } from '../credentials/oauth/provider.ts';
import { manifest_names } from './find-packs.ts';
import { foreignFields, manifestSchema } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { PackFiles } from './read-pack-files.ts';

export interface ReadManifest {
  /** Of the code, as far as it can be read: for messages about a pack that cannot be used. */
  readonly code: string | undefined;
  /** Undefined when anything is wrong with it. */
  readonly manifest: Manifest | undefined;
  /** Definitions of providers that the pack brings. */
  readonly providers: readonly Provider[];
  readonly faults: readonly Fault[];
  /** A fault of the manifest that was found later, with its place; `path` is one of the manifest. */
  readonly faultAt: (fault: Fault) => Fault;
}

/** Never throws. */
export function readManifest(files: PackFiles, environment: Environment): ReadManifest {
  const name = manifest_names.find((one) => files.files.has(one)) ?? 'manifest.yaml';
  const file = `${files.shown}/${name}`;
  const none = { code: undefined, manifest: undefined, providers: [] };
  const text = decodeText(files.files.get(name));
  if (text === undefined) {
    const message = files.files.has(name) ? 'the file is not UTF-8 text' : 'the pack has no manifest.yaml';
    return {
      ...none,
      faults: [...files.faults, { path: '', message, file }],
      faultAt: (fault) => ({ ...fault, file }),
    };
  }
  const { documents, faults: unreadable } = readYaml(text, file);
  const decoding: Decoding = { file, show_values: true, faults: [...files.faults, ...unreadable], filled: new Map() };
  const [root, second] = documents;
  if (second !== undefined) tell(decoding, second.place, { path: '', message: 'a manifest is one document' });
  if (root?.kind !== 'map') {
    const place = root?.place ?? { line: 1, column: 1 };
    if (root !== undefined) tellShape(decoding, root, { path: '', expected: 'the fields of a manifest' });
    else if (decoding.faults.length === 0) tell(decoding, place, { path: '', message: 'the manifest is empty' });
    return { ...none, faults: decoding.faults, faultAt: (fault) => ({ ...fault, file }) };
  }
  tellDefects(root, '', decoding);
  const own = filterEntries(root, (key) => !foreignFields.includes(key));
  const at = { node: own, path: '', place: root.place, other_fields: foreignFields };
  const manifest = decodeFields(manifestSchema, at, decoding);
  if (manifest !== undefined) tellTwice(manifest, root, decoding);
  const providers = readProviders(root, environment, decoding);
  const is_good = decoding.faults.length === 0;
  return {
    code: textAt(root, 'code'),
    manifest: is_good ? manifest : undefined,
    providers: is_good ? providers : [],
    faults: decoding.faults,
    faultAt: (fault) => ({ ...fault, file, ...locate(root, splitPath(fault.path)).place }),
  };
}

function decodeText(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function textAt(root: LocatedMap, name: string): string | undefined {
  const { node } = locate(root, [name]);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** What was wrong with the text itself: a key that is there twice, a number that cannot be kept. */
function tellDefects(node: Located, path: string, decoding: Decoding): void {
  for (const defect of node.defects ?? []) {
    tell(decoding, defect.place, { ...defect, path: `${path}${defect.path}`.replace(/^\./, '') });
  }
  if (node.kind === 'list') node.items.forEach((item, index) => tellDefects(item, joinPath(path, [index]), decoding));
  if (node.kind !== 'map') return;
  for (const [key, { value }] of node.entries) {
    if (path !== '' || key !== 'oauth') tellDefects(value, joinPath(path, [key]), decoding);
  }
}

/** Names that are there twice. */
function tellTwice({ config, tools }: Manifest, root: LocatedMap, decoding: Decoding): void {
  const lists = [
    { at: 'config.schema', names: config.schema.map(({ name }) => name) },
    { at: 'tools', names: tools.map(({ name }) => name) },
  ];
  for (const { at, names } of lists) {
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      const path = `${at}[${index}].name`;
      tell(decoding, locate(root, splitPath(path)).place, { path, message: `"${name}" is there twice` });
    }
  }
}

function readProviders(root: LocatedMap, environment: Environment, decoding: Decoding): readonly Provider[] {
  const list = root.entries.get('oauth')?.value;
  if (list === undefined) return [];
  if (list.kind !== 'list') {
    tellShape(decoding, list, { path: 'oauth', expected: 'a list of definitions of providers' });
    return [];
  }
  return list.items.flatMap((item, index) => {
    // In a decoding of its own: its paths begin below the list, and it is good or bad by itself.
    const own: Decoding = { ...decoding, faults: [], filled: new Map() };
    const provider = decodeProvider(item, { environment, decoding: own });
    // A definition's own paths begin with its name.
    const name = item.kind === 'map' ? textAt(item, 'name') : undefined;
    for (const fault of own.faults) {
      const { path, message, hint, line = item.place.line, column = item.place.column } = fault;
      tell(
        decoding,
        { line, column },
        {
          path: `oauth[${index}]${path === '' || path === name ? '' : `.${path.replace(`${name}.`, '')}`}`,
          message,
          hint,
        },
      );
    }
    return provider ?? [];
  });
}
