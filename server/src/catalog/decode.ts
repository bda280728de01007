// The text of one configuration file into decoded entities, each with its own faults. Looks nothing up: references are
// the link's question.
import type { Fault } from '../base/errors.ts';
import type { Decoded } from './decode-entity.ts';
import type { AuthServiceKind } from './auth-service.ts';
import { decodeAuthService } from './decode-auth-service.ts';
import type { AuthServiceDefinition } from './decode-auth-service.ts';
import { decodePrompt } from './decode-prompt.ts';
import type { PromptDefinition } from './decode-prompt.ts';
import { decodeResource } from './decode-resource.ts';
import type { ResourceDefinition } from './decode-resource.ts';
import { decodeSource } from './decode-source.ts';
import type { SourceDefinition } from './decode-source.ts';
import { decodeTool } from './decode-tool.ts';
import type { ToolDraft } from './decode-tool.ts';
import { decodeToolset } from './decode-toolset.ts';
import type { ToolsetDefinition } from './decode-toolset.ts';
import type { Decoding, Environment } from './decoding.ts';
import { readYaml } from './read-yaml.ts';
import type { SourceKind } from './source.ts';
import type { ResourceKind } from './resource.ts';
import { splitEntities } from './split-entities.ts';
import type { Entity, EntityKind } from './split-entities.ts';
import type { ToolKind } from './tool.ts';

export interface Kinds {
  readonly tools: readonly ToolKind[];
  readonly sources: readonly SourceKind[];
  readonly auth_services: readonly AuthServiceKind[];
  readonly resources: readonly ResourceKind[];
}

export interface DecodeInput {
  readonly text: string;
  /** As faults name it. */
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: Kinds;
}

export interface DecodedFile {
  readonly sources: readonly Decoded<SourceDefinition>[];
  readonly auth_services: readonly Decoded<AuthServiceDefinition>[];
  readonly tools: readonly Decoded<ToolDraft>[];
  readonly toolsets: readonly Decoded<ToolsetDefinition>[];
  readonly prompts: readonly Decoded<PromptDefinition>[];
  readonly resources: readonly Decoded<ResourceDefinition>[];
  readonly resource_templates: readonly Decoded<ResourceDefinition>[];
  /** What belongs to no entity. */
  readonly faults: readonly Fault[];
}

/** Decodes every document of one file. Never throws for anything that the text holds. */
export function decodeFile({ text, file, environment, kinds }: DecodeInput): DecodedFile {
  const { documents, faults } = readYaml(text, file);
  const entities: Entity[] = [];
  const document_faults = documents.flatMap((root) => {
    const decoding: Decoding = { file, show_values: true, faults: [], filled: new Map() };
    entities.push(...splitEntities(root, decoding));
    return decoding.faults;
  });
  const options = { file, environment };
  const decodeAll = <Definition>(sort: EntityKind, decode: (entity: Entity) => Decoded<Definition>) =>
    entities.filter(({ entity }) => entity === sort).map((entity) => decode(entity));
  const resource = (entity: Entity) => decodeResource(entity, { ...options, kinds: kinds.resources });
  return {
    sources: decodeAll('source', (entity) => decodeSource(entity, { ...options, kinds: kinds.sources })),
    auth_services: decodeAll('auth service', (entity) =>
      decodeAuthService(entity, { ...options, kinds: kinds.auth_services }),
    ),
    tools: decodeAll('tool', (entity) => decodeTool(entity, { ...options, kinds: kinds.tools })),
    toolsets: decodeAll('toolset', (entity) => decodeToolset(entity, options)),
    prompts: decodeAll('prompt', (entity) => decodePrompt(entity, options)),
    resources: decodeAll('resource', resource),
    resource_templates: decodeAll('resource template', resource),
    faults: [...faults, ...document_faults],
  };
}
