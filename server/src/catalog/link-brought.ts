// The tools that sources bring with them, made into tools like any other. No name is taken from a tool that a file names, and
// none from what everyone sees: nothing is shadowed (attack A22).
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { BroughtTool } from './brought.ts';
import { tellForeign } from './decoding.ts';
import type { SourceDefinition } from './decode-source.ts';
import type { Holder } from './lifetimes.ts';
import { scopeKey, tellThrown } from './linking.ts';
import type { NameTable, OpenSource, Scoped } from './linking.ts';
import { isName, nameRule } from './names.ts';
import { toSchemaTool } from './schema-tool.ts';
import type { Tool, ToolScope } from './tool.ts';

export interface BroughtInput {
  readonly sources: readonly Scoped<SourceDefinition>[];
  readonly opened: NameTable<OpenSource>;
  /** What files define: their names are taken. */
  readonly tools: readonly Scoped<unknown>[];
  /** Names that are taken by what the same callers have from elsewhere. */
  readonly elsewhere: readonly string[];
  readonly keep: Holder;
  readonly log: Log;
}

/** Faults are added to the sources' own lists; a tool that cannot be used is left out. */
export async function linkBrought({
  sources,
  opened,
  tools,
  elsewhere,
  keep,
  log,
}: BroughtInput): Promise<readonly Tool[]> {
  const taken = new Set(tools.map(({ scope, entity }) => `${scopeKey(scope)} ${entity.name}`));
  for (const name of elsewhere) taken.add(`system ${name}`);
  const brought: Tool[] = [];
  // What everyone sees comes first: a tenant's source cannot take a name from it.
  for (const source of sources.toSorted(systemFirst)) {
    const open = opened(source.scope).get(source.entity.name);
    if (open === undefined || open === 'failed' || open.bring === undefined) continue;
    try {
      const { tools: own, faults } = await open.bring();
      for (const fault of faults) tellAt(source, fault);
      for (const tool of own) brought.push(...place(tool, { source, open, taken, keep }));
    } catch (thrown) {
      tellThrown(source, thrown, log);
    }
  }
  return brought;
}

interface Place {
  readonly source: Scoped<SourceDefinition>;
  readonly open: OpenSource;
  readonly taken: Set<string>;
  readonly keep: Holder;
}

/** The tool, or none after telling why. */
function place(tool: BroughtTool, { source, open, taken, keep }: Place): readonly Tool[] {
  const { name } = tool.definition;
  const { scope } = source;
  const tell = (message: string, hint: string): readonly Tool[] => {
    tellAt(source, { path: '', message, hint });
    return [];
  };
  if (!isName(name)) return tell('a tool that it brings has a name that cannot be used', nameRule);
  if (taken.has(`${scopeKey(scope)} ${name}`) || taken.has(`system ${name}`)) {
    return tell(`it brings a tool "${name}", and there is one of that name`, 'Give the source a prefix of its own.');
  }
  taken.add(`${scopeKey(scope)} ${name}`);
  try {
    return [make(tool, { source, open, keep })];
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    return tell(`it brings a tool "${name}" that cannot be used`, thrown.faults[0]?.message ?? thrown.message);
  }
}

function make(
  { definition, credential_need, prepare }: BroughtTool,
  { source, open, keep }: Omit<Place, 'taken'>,
): Tool {
  const { scope, entity } = source;
  const need = credential_need === 'none' ? undefined : (credential_need ?? open.need);
  // The same tool on the same source is the same object: what was made for it is made once.
  return keep.take(['brought', scope, definition, need ?? null, open], () => ({
    thing: toSchemaTool(definition, {
      kind: open.type,
      scope,
      source: entity.name,
      source_revision: open.revision,
      ...(need === undefined ? {} : { credential_need: need }),
      ...(open.variables === undefined ? {} : { variables: open.variables }),
      run: prepare(open.source),
    }),
  }));
}

function tellAt({ entity, decoding }: Scoped<unknown>, fault: Fault): void {
  const path = fault.path === '' ? entity.path : `${entity.path}.${fault.path}`;
  tellForeign(decoding, entity.place, { ...fault, path });
}

function systemFirst({ scope: a }: { readonly scope: ToolScope }, { scope: b }: { readonly scope: ToolScope }): number {
  return Number(a.kind === 'tenant') - Number(b.kind === 'tenant');
}
