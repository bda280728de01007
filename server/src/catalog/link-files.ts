// Versions of all configuration files into the parts of a catalogue, with what became of each file.
import type { Pause } from '../base/pause.ts';
import type { CatalogueParts } from './create-catalogue.ts';
import type { Decoded } from './decode-entity.ts';
import type { FileVersion } from './file-version.ts';
import { own_level } from './broken-level.ts';
import type { Outcome } from './broken-level.ts';
import type { EntityKind } from './split-entities.ts';
import { linkEntities } from './link.ts';
import type { LinkDeps, Scoped } from './linking.ts';
import type { ToolScope } from './tool.ts';

export interface ConfigFile {
  /** Position of the configured path that it was found through. */
  readonly input: number;
  /** Absolute. */
  readonly path: string;
  /** As faults name it. */
  readonly shown: string;
  readonly scope: ToolScope;
  /** Where relative paths in it start. */
  readonly base_folder: string;
}

export interface FileToLink {
  readonly file: ConfigFile;
  readonly version: FileVersion;
}

export interface LinkedFiles {
  readonly parts: Omit<CatalogueParts, 'held'>;
  /** In the order of the files. */
  readonly outcomes: readonly Outcome[];
}

/** Links the files. The versions stay as they are: they can be linked again with others. */
export async function linkFiles(
  files: readonly FileToLink[],
  deps: LinkDeps & { readonly pause: Pause },
): Promise<LinkedFiles> {
  const scoped = files.map((file) => scopeFile(file));
  const parts = await linkEntities({
    sources: scoped.flatMap(({ sources }) => sources),
    auth_services: scoped.flatMap(({ auth_services }) => auth_services),
    tools: scoped.flatMap(({ tools }) => tools),
    toolsets: scoped.flatMap(({ toolsets }) => toolsets),
    resource_templates: scoped.flatMap(({ resource_templates }) => resource_templates),
    resources: scoped.flatMap(({ resources }) => resources),
    prompts: scoped.flatMap(({ prompts }) => prompts),
    ...deps,
  });
  return { parts, outcomes: files.map(({ version }, index) => outcomeOf(version, scoped[index])) };
}

function scopeFile({ file, version }: FileToLink) {
  const at = { scope: file.scope, base_folder: file.base_folder };
  const { decoded } = version;
  // Linking adds faults to the entities' lists; those of the version must not grow with every load.
  const scoped = <Definition>(entities: readonly Decoded<Definition>[]): readonly ScopedEntity<Definition>[] =>
    entities.map((entity) => {
      const { faults } = entity.decoding;
      return { ...entity, ...at, decoding: { ...entity.decoding, faults: [...faults] }, own_faults: faults.length };
    });
  return {
    sources: scoped(decoded.sources),
    auth_services: scoped(decoded.auth_services),
    tools: scoped(decoded.tools),
    toolsets: scoped(decoded.toolsets),
    resource_templates: scoped(decoded.resource_templates),
    resources: scoped(decoded.resources),
    prompts: scoped(decoded.prompts),
  };
}

/** With the number of faults that it has by itself. */
type ScopedEntity<Definition> = Scoped<Definition> & { readonly own_faults: number };

/** How far from a source the references of an entity lead. */
const levels: Readonly<Partial<Record<EntityKind, number>>> = { tool: own_level + 2, toolset: own_level + 3 };

function outcomeOf(version: FileVersion, scoped: ReturnType<typeof scopeFile> | undefined): Outcome {
  const worked = new Set<string>();
  const failed = new Map<string, number>();
  const faults = Object.values(scoped ?? {}).flatMap((entities: readonly ScopedEntity<unknown>[]) =>
    entities.flatMap(({ entity: { entity, name, name_is_valid }, decoding, own_faults }) => {
      const key = `${entity} ${name}`;
      if (name_is_valid && decoding.faults.length === 0) worked.add(key);
      else failed.set(key, own_faults > 0 ? own_level : (levels[entity] ?? own_level + 1));
      return decoding.faults;
    }),
  );
  return { version, worked, failed, faults };
}
