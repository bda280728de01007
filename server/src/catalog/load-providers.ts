// The definitions of providers: those that come with the server, then the operator's, which replace one of the same name.
// Read with the readers of tool files, so that every fault has its file and line.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { providerSchema } from '../credentials/oauth/provider.ts';
import type { Provider } from '../credentials/oauth/provider.ts';
import { decodeFields } from './decode-fields.ts';
import { tell, tellShape } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import type { Located } from './located.ts';
import { readFiles } from './read-files.ts';
import { readYaml } from './read-yaml.ts';

export interface ProviderFiles {
  /** Files or folders, the later ones before the earlier ones. */
  readonly paths: readonly string[];
  readonly environment: Environment;
}

/** Throws `config_invalid` with every fault: a provider that is half understood is not used. */
export async function loadProviders({ paths, environment }: ProviderFiles): Promise<Map<string, Provider>> {
  const providers = new Map<string, Provider>();
  const faults: Fault[] = [];
  for (const path of paths) {
    const read = await readFiles(path);
    faults.push(...read.faults);
    const here = new Map<string, string>();
    for (const { shown, content } of read.files) {
      if (content.kind === 'unreadable') {
        faults.push(content.fault);
        continue;
      }
      const { documents, faults: unreadable } = readYaml(content.text, shown);
      faults.push(...unreadable);
      for (const document of documents) {
        const decoding: Decoding = { file: shown, show_values: true, faults: [], filled: new Map() };
        const provider = decodeProvider(document, { environment, decoding });
        faults.push(...decoding.faults);
        if (provider === undefined) continue;
        const first = here.get(provider.name);
        if (first === undefined) providers.set(provider.name, provider);
        else
          faults.push({
            path: provider.name,
            message: `is defined in ${first} as well`,
            file: shown,
            ...document.place,
          });
        here.set(provider.name, first ?? shown);
      }
    }
  }
  if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  return providers;
}

/** One definition, or undefined after telling what is wrong with it. */
export function decodeProvider(
  document: Located,
  { environment, decoding }: { readonly environment: Environment; readonly decoding: Decoding },
): Provider | undefined {
  if (document.kind !== 'map') {
    tellShape(decoding, document, { path: '', expected: 'the definition of a provider' });
    return undefined;
  }
  const { kind, entries } = document;
  const named = entries.get('name')?.value;
  const path = named?.kind === 'scalar' && typeof named.value === 'string' ? named.value : '';
  const node = fillPlaceholders(document, path, { environment, decoding });
  if (node.kind !== kind) throw new TypeError('Filling in must keep a map');
  const provider = decodeFields(
    providerSchema,
    { node, path, place: document.place, other_fields: ['$schema'] },
    decoding,
  );
  if (provider === undefined && decoding.faults.length === 0)
    tell(decoding, document.place, { path, message: 'is not valid' });
  return decoding.faults.length === 0 ? provider : undefined;
}
