// One decoded tool with its source: checked by its kind, prepared, and given everything that calls need.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import { nearHint } from '../base/nearest-names.ts';
import type { AuthService } from './auth-service.ts';
import type { ToolDefinition, ToolDraft } from './decode-tool.ts';
import { quoteName, tell, tellForeign } from './decoding.ts';
import type { Holder } from './lifetimes.ts';
import { toInputSchema } from './input-schema.ts';
import { compileSchema } from './json-schema.ts';
import { linkAuth } from './link-auth.ts';
import { tellThrown } from './linking.ts';
import type { NameTable, OpenSource, Scoped } from './linking.ts';
import { joinPath, locate, splitPath } from './located.ts';
import type { Located } from './located.ts';
import { rowsSchema } from './rows-schema.ts';
import type { Source } from './source.ts';
import type { RunTool, Tool, ToolScope } from './tool.ts';
import { compileValidator } from './validate-arguments.ts';

export interface ToolLinks {
  readonly sources: NameTable<OpenSource>;
  readonly auth_services: NameTable<AuthService>;
  readonly log: Log;
  readonly keep: Holder;
}

/**
 * The linked tool, or undefined after telling why there is none. A tool uses sources of its own scope only: a tenant's
 * tool must not reach a database of the whole server.
 */
export function linkTool(
  scoped: Scoped<ToolDraft>,
  { sources, auth_services, log, keep }: ToolLinks,
): Tool | undefined {
  const source = findSourceOf(scoped, sources(scoped.scope));
  const { definition } = scoped.definition ?? {};
  if (definition === undefined || scoped.decoding.faults.length > 0) return undefined;
  checkByKind(scoped, definition, log);
  tellUnheldSettings(scoped, definition, source);
  const auth = linkAuth(scoped, definition, auth_services);
  if (scoped.decoding.faults.length > 0) return undefined;
  try {
    // The same tool on the same source and services is the same object: what was made for it is made once.
    const version = versionOf(definition);
    const whole = ['tool', scoped.scope, version, source ?? null, [...(auth?.services ?? [])]];
    return keep.take(whole, () => ({
      thing: toTool(scoped.scope, definition, {
        version,
        ...(auth === undefined ? {} : { auth }),
        ...(source === undefined ? {} : { source_revision: source.revision }),
        ...(source?.need === undefined ? {} : { credential_need: source.need }),
        ...variablesOf(definition, source),
        ...handOffOf(definition, source),
        run: prepare(definition, source),
      }),
    }));
  } catch (thrown) {
    tellThrown(scoped, thrown, log);
    return undefined;
  }
}

function findSourceOf(
  scoped: Scoped<ToolDraft>,
  sources: ReadonlyMap<string, OpenSource | 'failed'>,
): OpenSource | undefined {
  const { body, entity, decoding } = scoped;
  const { node } = locate(body, ['source']);
  const types = scoped.definition?.kind?.source_types;
  const path = `${entity.path}.source`;
  const suitable = [...sources].flatMap(([name, source]) =>
    types === undefined || source === 'failed' || types.includes(source.type) ? [name] : [],
  );
  if (node === undefined) {
    if (types === undefined || types.length === 0 || body.kind !== 'map') return undefined;
    tell(decoding, entity.place, { path, message: '"source" is missing', hint: nearHint('', suitable) });
    return undefined;
  }
  if (types?.length === 0) {
    tell(decoding, node.place, { path, message: 'tools of this type have no source', hint: 'Remove the field.' });
    return undefined;
  }
  return findSource(node, { path, types, suitable, sources }, scoped);
}

interface SourceSearch {
  readonly path: string;
  readonly types: readonly string[] | undefined;
  readonly suitable: readonly string[];
  readonly sources: ReadonlyMap<string, OpenSource | 'failed'>;
}

function findSource(node: Located, search: SourceSearch, { decoding }: Scoped<ToolDraft>): OpenSource | undefined {
  const { path, types, suitable, sources } = search;
  // What is not a text is told by the schema, a missing variable where it stands.
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.filled?.missing === true) return undefined;
  const source = sources.get(node.value);
  const shown = quoteName(node);
  if (source === undefined) {
    tell(decoding, node.place, { path, message: `there is no source ${shown}`, hint: nearHint(node.value, suitable) });
    return undefined;
  }
  if (source === 'failed') {
    tell(decoding, node.place, {
      path,
      message: `the source ${shown} cannot be used`,
      hint: 'Mend the faults of the source.',
    });
    return undefined;
  }
  if (types !== undefined && !types.includes(source.type)) {
    const message = `the source ${shown} is of type "${source.type}"; this tool needs ${types.map((type) => `"${type}"`).join(' or ')}`;
    tell(decoding, node.place, { path, message, hint: nearHint('', suitable) });
    return undefined;
  }
  return source;
}

function checkByKind(scoped: Scoped<ToolDraft>, definition: ToolDefinition, log: Log): void {
  const { kind, config, parameters, read_only } = definition;
  const { body, entity, decoding } = scoped;
  try {
    for (const fault of kind.check(config, { parameters, read_only })) {
      const steps = splitPath(fault.path);
      const { place } = locate(body, steps);
      tellForeign(decoding, steps.length === 0 ? entity.place : place, {
        ...fault,
        path: joinPath(entity.path, steps),
      });
    }
  } catch (thrown) {
    tellThrown(scoped, thrown, log);
  }
}

/** Settings of the session hold whoever gives values to a statement, not whoever writes it. */
function tellUnheldSettings(scoped: Scoped<ToolDraft>, { kind }: ToolDefinition, source: OpenSource | undefined): void {
  if (kind.callers_statement !== true || source?.has_settings !== true) return;
  const { entity, body, decoding } = scoped;
  tell(decoding, locate(body, ['source']).place, {
    path: `${entity.path}.source`,
    message: 'the source has sessionSettings, which a statement that the caller writes could undo',
    hint: 'Give this tool a source of its own, with an account that may see no more than its callers may, or with "credential: caller".',
  });
}

function prepare(definition: ToolDefinition, source: OpenSource | undefined): RunTool {
  const { kind, config, name, parameters, read_only, timeout_ms } = definition;
  const prepareOn = (open: Source | undefined): RunTool =>
    kind.prepare(config, { name, parameters, read_only, timeout_ms, source: open });
  return source?.per_caller === undefined ? prepareOn(source?.source) : source.per_caller.tool(prepareOn);
}

function toTool(
  scope: ToolScope,
  definition: ToolDefinition,
  linked: Pick<
    Tool,
    | 'auth'
    | 'source_revision'
    | 'credential_need'
    | 'variables'
    | 'hand_off'
    | 'output_schema'
    | 'checkResult'
    | 'run'
    | 'version'
  >,
): Tool {
  const { config, kind, auth_required, ...common } = definition;
  return {
    ...common,
    ...linked,
    kind: kind.type,
    scope,
    input_schema: toInputSchema(definition.parameters),
    ...(kind.answers === 'rows' ? { output_schema: rowsSchema } : {}),
    validate: compileValidator(definition.name, definition.parameters),
  };
}

/** What such a tool answers is what its schema says. */
function handOffOf(
  { kind, config, name }: ToolDefinition,
  source: OpenSource | undefined,
): Pick<Tool, 'hand_off' | 'output_schema' | 'checkResult'> {
  if (kind.handOff === undefined) return {};
  const hand_off = kind.handOff(config, { name, source: source?.source });
  const { output_schema } = hand_off;
  const compiled = compileSchema(output_schema);
  return { hand_off, output_schema, checkResult: (value) => compiled.check(value) };
}

/** Those that the tool names and those that its source names. */
function variablesOf(definition: ToolDefinition, source: OpenSource | undefined): Pick<Tool, 'variables'> {
  if (definition.variables === undefined && source?.variables === undefined) return {};
  return { variables: [...new Set([...(definition.variables ?? []), ...(source?.variables ?? [])])] };
}

/** Depends on nothing but the definition: not on format, comments, files or places. */
function versionOf({ kind, ...definition }: ToolDefinition): string {
  const text = canonicalJson({ ...definition, kind: kind.type });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
