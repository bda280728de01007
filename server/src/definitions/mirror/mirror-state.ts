// What is known of a mirrored server, and how a look or an approval changes it. Pure: no database, no clock. The first look is
// believed (trust on first use); whatever is new or changed afterwards is quarantined until a person approves just that.
import { ToolcribError } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Listing, MirroredTool, RefusedTool, Snapshot } from '../../catalog/mirror.ts';

export interface MirrorState {
  readonly identity: string;
  readonly tools: readonly ToolState[];
  readonly refused: readonly RefusedTool[];
}

export interface ToolState {
  readonly name: string;
  /** `gone`: it was accepted, and the server has it no more. */
  readonly state: 'ok' | 'quarantined' | 'gone';
  /** What was accepted; null: nothing yet. */
  readonly hash: string | null;
  readonly definition: JsonObject | null;
  /** What was seen instead; null: what was accepted, or nothing. */
  readonly seen_hash: string | null;
  readonly seen_definition: JsonObject | null;
}

/** The first look at a server. */
export function firstState({ identity, tools, refused }: Listing): MirrorState {
  return { identity, tools: tools.map((tool) => accepted(tool)), refused };
}

function accepted({ name, hash, definition }: MirroredTool): ToolState {
  return { name, state: 'ok', hash, definition, seen_hash: null, seen_definition: null };
}

/** What a later look makes of it. `is_whole`: who is not in the list is gone; else somebody may only not see it. */
export function afterLook(
  state: MirrorState,
  listing: Listing,
  { is_whole }: { readonly is_whole: boolean },
): MirrorState {
  const before = new Map(state.tools.map((tool) => [tool.name, tool]));
  const seen = listing.tools.map((tool): ToolState => {
    const known = before.get(tool.name);
    before.delete(tool.name);
    if (known?.hash === tool.hash) return accepted(tool);
    return {
      ...{ name: tool.name, state: 'quarantined', hash: known?.hash ?? null, definition: known?.definition ?? null },
      ...{ seen_hash: tool.hash, seen_definition: tool.definition },
    };
  });
  const unseen = [...before.values()].flatMap((tool): readonly ToolState[] => {
    if (!is_whole) return [tool];
    return tool.hash === null ? [] : [{ ...tool, state: 'gone', seen_hash: null, seen_definition: null }];
  });
  return { identity: state.identity, tools: [...seen, ...unseen], refused: listing.refused };
}

/** Throws `conflict` when something else was seen meanwhile than what is approved. */
export function afterApproval(
  state: MirrorState,
  approved: readonly { readonly name: string; readonly hash: string }[],
): MirrorState {
  const hashes = new Map(approved.map(({ name, hash }) => [name, hash]));
  const tools = state.tools.map((tool): ToolState => {
    const hash = hashes.get(tool.name);
    if (hash === undefined) return tool;
    if (tool.seen_hash !== hash || tool.seen_definition === null) throw changed(tool.name);
    hashes.delete(tool.name);
    return accepted({ name: tool.name, hash, definition: tool.seen_definition });
  });
  const [unknown] = hashes.keys();
  if (unknown !== undefined) throw changed(unknown);
  return { ...state, tools };
}

function changed(name: string): ToolcribError {
  const problem = `"${name}" waits for no approval of this definition: look at it again`;
  return new ToolcribError('conflict', { params: { problem } });
}

/** What callers get: the accepted tools that the server still has. */
export function snapshotOfState({ identity, tools }: MirrorState): Snapshot {
  return {
    identity,
    tools: tools.flatMap(({ name, state, hash, definition }) =>
      hash === null || definition === null || state === 'gone' ? [] : [{ name, hash, definition }],
    ),
  };
}

export function isSameState(a: MirrorState, b: MirrorState): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
