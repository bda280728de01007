// The entities of one configuration file decoded, each with its own faults. Looks nothing up: references are
// the link's question.
import type { Fault } from '../base/errors.ts';
import type { Pause } from '../base/pause.ts';
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
import type { Environment } from './decoding.ts';
import type { SourceKind } from './source.ts';
import type { ResourceKind } from './resource.ts';
import type { Entity, EntityKind } from './split-entities.ts';
import type { SplitFile } from './split-file.ts';
import type { ToolKind } from './tool.ts';

export interface Kinds {
  readonly tools: readonly ToolKind[];
  readonly sources: readonly SourceKind[];
  readonly auth_services: readonly AuthServiceKind[];
  readonly resources: readonly ResourceKind[];
}

export interface DecodeInput {
  readonly split: SplitFile;
  /** As faults name it. */
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: Kinds;
  /** Lets others work between two entities, when it is time. */
  readonly pause: Pause;
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

/** Decodes every entity of one file. Never throws for anything that the text holds. */
export async function decodeFile({ split, file, environment, kinds, pause }: DecodeInput): Promise<DecodedFile> {
  const { entities, faults } = split;
  const options = { file, environment };
  const decodeAll = async <Definition>(sort: EntityKind, decode: (entity: Entity) => Decoded<Definition>) => {
    const decoded: Decoded<Definition>[] = [];
    for (const entity of entities) {
      if (entity.entity !== sort) continue;
      const pausing = pause();
      if (pausing !== undefined) await pausing;
      decoded.push(decode(entity));
    }
    return decoded;
  };
  const resource = (entity: Entity) => decodeResource(entity, { ...options, kinds: kinds.resources });
  return {
    sources: await decodeAll('source', (entity) => decodeSource(entity, { ...options, kinds: kinds.sources })),
    auth_services: await decodeAll('auth service', (entity) =>
      decodeAuthService(entity, { ...options, kinds: kinds.auth_services }),
    ),
    tools: await decodeAll('tool', (entity) => decodeTool(entity, { ...options, kinds: kinds.tools })),
    toolsets: await decodeAll('toolset', (entity) => decodeToolset(entity, options)),
    prompts: await decodeAll('prompt', (entity) => decodePrompt(entity, options)),
    resources: await decodeAll('resource', resource),
    resource_templates: await decodeAll('resource template', resource),
    faults,
  };
}
