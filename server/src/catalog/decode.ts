// The text of one configuration file into decoded entities, each with its own faults. Looks nothing up: references are
// the link's question.
import type { Fault } from '../base/errors.ts';
import type { Decoded } from './decode-entity.ts';
import type { AuthServiceKind } from './auth-service.ts';
import { decodeAuthService } from './decode-auth-service.ts';
import type { AuthServiceDefinition } from './decode-auth-service.ts';
import { decodeSource } from './decode-source.ts';
import type { SourceDefinition } from './decode-source.ts';
import { decodeTool } from './decode-tool.ts';
import type { ToolDraft } from './decode-tool.ts';
import { decodeToolset } from './decode-toolset.ts';
import type { ToolsetDefinition } from './decode-toolset.ts';
import type { Decoding, Environment } from './decoding.ts';
import { readYaml } from './read-yaml.ts';
import type { SourceKind } from './source.ts';
import { splitEntities } from './split-entities.ts';
import type { ToolKind } from './tool.ts';

export interface Kinds {
  readonly tools: readonly ToolKind[];
  readonly sources: readonly SourceKind[];
  readonly auth_services: readonly AuthServiceKind[];
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
  /** What belongs to no entity. */
  readonly faults: readonly Fault[];
}

/** Decodes every document of one file. Never throws for anything that the text holds. */
export function decodeFile({ text, file, environment, kinds }: DecodeInput): DecodedFile {
  const { documents, faults } = readYaml(text, file);
  const sources: Decoded<SourceDefinition>[] = [];
  const auth_services: Decoded<AuthServiceDefinition>[] = [];
  const tools: Decoded<ToolDraft>[] = [];
  const toolsets: Decoded<ToolsetDefinition>[] = [];
  const document_faults = documents.flatMap((root) => {
    const decoding: Decoding = { file, show_values: true, faults: [], filled: new Map() };
    for (const entity of splitEntities(root, decoding)) {
      switch (entity.entity) {
        case 'source':
          sources.push(decodeSource(entity, { file, environment, kinds: kinds.sources }));
          break;
        case 'auth service':
          auth_services.push(decodeAuthService(entity, { file, environment, kinds: kinds.auth_services }));
          break;
        case 'tool':
          tools.push(decodeTool(entity, { file, environment, kinds: kinds.tools }));
          break;
        case 'toolset':
          toolsets.push(decodeToolset(entity, { file, environment }));
          break;
      }
    }
    return decoding.faults;
  });
  return { sources, auth_services, tools, toolsets, faults: [...faults, ...document_faults] };
}
