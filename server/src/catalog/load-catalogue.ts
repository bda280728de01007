// From configuration files to the catalogue: read, decode, link. Everything that is wrong is said at once, and what is
// not wrong works.
import { dirname } from 'node:path';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { Catalogue } from './catalogue.ts';
import type { SourceDeps } from './source.ts';
import { createCatalogue } from './create-catalogue.ts';
import type { AuthServiceDefinition } from './decode-auth-service.ts';
import type { PromptDefinition } from './decode-prompt.ts';
import type { ResourceDefinition } from './decode-resource.ts';
import type { SourceDefinition } from './decode-source.ts';
import type { ToolDraft } from './decode-tool.ts';
import type { ToolsetDefinition } from './decode-toolset.ts';
import { decodeFile } from './decode.ts';
import type { DecodedFile, Kinds } from './decode.ts';
import type { Environment } from './decoding.ts';
import { linkEntities } from './link.ts';
import type { Scoped } from './linking.ts';
import { readFiles } from './read-files.ts';
import type { ToolScope } from './tool.ts';

/** A file, or a folder with its *.yaml and *.yml files, and for whom what it defines is. */
export interface CatalogueFile {
  readonly path: string;
  readonly scope: ToolScope;
}

export interface LoadInput {
  readonly files: readonly CatalogueFile[];
  readonly environment: Environment;
  readonly kinds: Kinds;
  readonly deps: Pick<SourceDeps, 'log' | 'clock' | 'http'>;
  /** Refuses everything when anything has a fault. */
  readonly strict?: boolean;
}

export interface LoadedCatalogue {
  readonly catalogue: Catalogue;
  /** Of all files, in their order, by line. */
  readonly faults: readonly Fault[];
}

/** Loads the catalogue without connecting to any source. Throws `config_invalid` with all faults when `strict`. */
export async function loadCatalogue({ files, environment, kinds, deps, strict }: LoadInput): Promise<LoadedCatalogue> {
  const shown_files: string[] = [];
  const faults: Fault[] = [];
  const decoded: ScopedFile[] = [];
  for (const { path, scope } of files) {
    const read = await readFiles(path);
    faults.push(...read.faults);
    for (const file of read.files) {
      const { text, shown } = file;
      shown_files.push(shown);
      const decoded_file = decodeFile({ text, file: shown, environment, kinds });
      faults.push(...decoded_file.faults);
      decoded.push(scopeFile(decoded_file, { scope, base_folder: dirname(file.path) }));
    }
  }
  const entities = {
    sources: decoded.flatMap(({ sources }) => sources),
    auth_services: decoded.flatMap(({ auth_services }) => auth_services),
    tools: decoded.flatMap(({ tools }) => tools),
    toolsets: decoded.flatMap(({ toolsets }) => toolsets),
    resource_templates: decoded.flatMap(({ resource_templates }) => resource_templates),
    resources: decoded.flatMap(({ resources }) => resources),
    prompts: decoded.flatMap(({ prompts }) => prompts),
  };
  const catalogue = createCatalogue(linkEntities({ ...entities, ...deps }));
  for (const { decoding } of Object.values(entities).flat()) faults.push(...decoding.faults);
  const sorted = sortFaults(faults, shown_files);
  if (strict === true && sorted.length > 0) {
    await catalogue.close();
    throw new ToolcribError('config_invalid', { params: { count: sorted.length }, faults: sorted });
  }
  return { catalogue, faults: sorted };
}

interface FileScope {
  readonly scope: ToolScope;
  readonly base_folder: string;
}

interface ScopedFile {
  readonly sources: readonly Scoped<SourceDefinition>[];
  readonly auth_services: readonly Scoped<AuthServiceDefinition>[];
  readonly tools: readonly Scoped<ToolDraft>[];
  readonly toolsets: readonly Scoped<ToolsetDefinition>[];
  readonly resource_templates: readonly Scoped<ResourceDefinition>[];
  readonly resources: readonly Scoped<ResourceDefinition>[];
  readonly prompts: readonly Scoped<PromptDefinition>[];
}

function scopeFile(file: DecodedFile, scope: FileScope): ScopedFile {
  return {
    sources: file.sources.map((entity) => ({ ...entity, ...scope })),
    auth_services: file.auth_services.map((entity) => ({ ...entity, ...scope })),
    tools: file.tools.map((entity) => ({ ...entity, ...scope })),
    toolsets: file.toolsets.map((entity) => ({ ...entity, ...scope })),
    resource_templates: file.resource_templates.map((entity) => ({ ...entity, ...scope })),
    resources: file.resources.map((entity) => ({ ...entity, ...scope })),
    prompts: file.prompts.map((entity) => ({ ...entity, ...scope })),
  };
}

function sortFaults(faults: readonly Fault[], files: readonly string[]): readonly Fault[] {
  const position = new Map(files.map((file, index) => [file, index]));
  const order = ({ file }: Fault): number => position.get(file ?? '') ?? -1;
  return faults.toSorted(
    (a, b) => order(a) - order(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
