// Tools of another server that is mirrored: what it was seen to describe, and what is kept of that for its source. The first
// look is believed; whatever changes afterwards waits for a person.
import type { HttpClient } from '../base/http-client.ts';
import { isJsonObject } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CallerCredential } from '../credentials/credential.ts';
import type { Source } from './source.ts';
import type { ToolScope } from './tool.ts';

export interface MirroredTool {
  /** The server's own name. */
  readonly name: string;
  /** SHA-256 of what was sent, in hex. */
  readonly hash: string;
  /** What is shown of it: cleaned and bounded. */
  readonly definition: JsonObject;
}

/** What cannot be a tool here. */
export interface RefusedTool {
  readonly name: string;
  readonly problem: string;
}

/** One look at a server. */
export interface Listing {
  /** Which server was asked: another one begins anew. */
  readonly identity: string;
  readonly tools: readonly MirroredTool[];
  readonly refused: readonly RefusedTool[];
}

/** Takes what a look has shown. Must not throw. */
export type Saw = (scope: ToolScope, source: string, listing: Listing) => void;

/** With whose account a server is asked. */
export interface LookAs {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly credential?: CallerCredential | undefined;
  readonly http: HttpClient;
}

/** The capability "mirrors another server". */
export interface MirroringSource extends Source {
  readonly identity: string;
  /** Its address, where it has one. */
  readonly url?: string;
  /** Asks now. Throws `source_unavailable`, `credential_refused`. */
  look(as: LookAs, signal: AbortSignal): Promise<Listing>;
}

export function isMirroring(source: Source): source is MirroringSource {
  return 'look' in source && 'identity' in source;
}

/** What is kept for a source: the accepted tools in the order of the server. */
export interface Snapshot {
  readonly identity: string;
  readonly tools: readonly MirroredTool[];
}

export function toSnapshot({ identity, tools }: Snapshot): JsonObject {
  return { identity, tools: tools.map(({ name, hash, definition }): JsonValue => ({ name, hash, definition })) };
}

/** Undefined: nothing was kept, or what was kept is of another server. */
export function readSnapshot(kept: JsonObject | undefined, identity: string): Snapshot | undefined {
  if (kept === undefined || kept['identity'] !== identity || !Array.isArray(kept['tools'])) return undefined;
  const tools = (kept['tools'] as readonly JsonValue[]).flatMap((tool): readonly MirroredTool[] => {
    if (!isJsonObject(tool)) return [];
    const { name, hash, definition } = tool;
    if (typeof name !== 'string' || typeof hash !== 'string' || !isJsonObject(definition)) return [];
    return [{ name, hash, definition }];
  });
  return { identity, tools };
}
