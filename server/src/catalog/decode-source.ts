// One source of a configuration file: its kind, the kind's own fields, and what every source may say of whose account
// opens it and what its sessions are set to.
import { z } from 'zod';
import { callerFacts, isCallerFact } from '../base/caller.ts';
import type { CallerFact } from '../base/caller.ts';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import { filledFields } from './caller-account.ts';
import { credentialField, toNeed } from './decode-credential.ts';
import { readVariables } from './decode-variables.ts';
import { bodyFields, decodeEntity, findKind, kindFields } from './decode-entity.ts';
import type { Decoded, KindDefinition } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import { tell } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { filterEntries, locate } from './located.ts';
import type { LocatedMap } from './located.ts';
import type { SourceKind } from './source.ts';
import type { Entity } from './split-entities.ts';

export interface SourceDefinition extends KindDefinition<SourceKind> {
  /** Present when its tools run with the account of whoever calls. */
  readonly per_caller?: PerCaller;
  readonly session_settings: readonly SettingDefinition[];
  /** Present when it names secret variables: those that every call needs. */
  readonly variables?: readonly string[];
}

export interface PerCaller {
  readonly need: CredentialNeed;
  /** Of a source that every account opens for itself: its configuration; undefined for an account that does not fit. */
  readonly configFor?: (account: Readonly<Record<string, string>>) => unknown;
}

/** A setting whose value is the same for every call, or a fact about the caller. */
export type SettingDefinition =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly fact: CallerFact };

export interface SourceDecoding {
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: readonly SourceKind[];
}

const commonFields = z.strictObject({
  credential: credentialField,
  sessionSettings: z
    .record(
      z.string().regex(/^[A-Za-z_][\w.]{0,62}$/, 'A setting has a name of letters, digits, "_" and "."'),
      z.string().max(1_000),
    )
    .refine((settings) => Object.keys(settings).length <= limits.session_settings, `At most ${limits.session_settings}`)
    .default({})
    .describe(`Set for every call and gone after it; a value may be ${callerFacts.join(', ')}`),
});

const commonNames: readonly string[] = Object.keys(commonFields.shape);

/** Decodes a source without opening it. */
export function decodeSource(entity: Entity, options: SourceDecoding): Decoded<SourceDefinition> {
  return decodeEntity(entity, options, (body, decoding) => {
    const fields = bodyFields(entity, body, decoding);
    if (fields === undefined) return undefined;
    const kind = findKind({ entity, body: fields }, options.kinds, decoding);
    const { path, place } = entity;
    const common_node = filterEntries(fields, (key) => commonNames.includes(key));
    const common = decodeFields(commonFields, { node: common_node, path, place }, decoding);
    if (kind === undefined || common === undefined) return undefined;
    const wants_caller = common.credential !== 'shared';
    const own = kindFields(entity, fields, commonNames);
    if (wants_caller) tellOwnAccount(own, kind, { path, decoding });
    const other_fields = [...entity.type_keys, ...commonNames];
    const decodeWith = (node: LocatedMap, into: Decoding): unknown =>
      decodeFields(kind.fields, { node, path, place, other_fields }, into);
    const config = decodeWith(wants_caller ? withSample(own, kind) : own, decoding);
    tellUnsupported({ entity, fields }, kind, decoding);
    const session_settings = readSettings(common.sessionSettings, { entity, fields, kind }, decoding);
    const variables = readVariables({ fields, path, allowed: kind.variable_fields ?? [] }, decoding);
    const named = variables === undefined ? {} : { variables };
    const definition = { name: entity.name, kind, config, session_settings, ...named };
    const need =
      config === undefined ? undefined : toNeed(common.credential, { entity, fields, kind, config }, decoding);
    if (need === undefined) return definition;
    const { caller_account } = kind;
    if (caller_account?.kind !== 'connection') return { ...definition, per_caller: { need } };
    const configFor = (account: Readonly<Record<string, string>>): unknown => {
      const filled = filledFields(caller_account, account);
      // Held against the same schema as the file; what does not fit is told to nobody, for it may be a secret.
      return filled && decodeWith(withTexts(own, filled), { ...decoding, faults: [], filled: new Map() });
    };
    return { ...definition, per_caller: { need, configFor } };
  });
}

interface SourceAt {
  readonly entity: Entity;
  readonly fields: LocatedMap;
}

/** The fields of the account come from the caller: the file must not have them. */
function tellOwnAccount(
  node: LocatedMap,
  { caller_account }: SourceKind,
  { path, decoding }: { readonly path: string; readonly decoding: Decoding },
): void {
  if (caller_account?.kind !== 'connection') return;
  for (const name of Object.keys(caller_account.fields)) {
    const given = node.entries.get(name);
    if (given === undefined) continue;
    tell(decoding, given.key_place, {
      path: `${path}.${name}`,
      message: "is filled in from the caller's credential",
      hint: 'Remove it, or "credential: caller".',
    });
  }
}

/** The fields with values that stand for those of an account, so that the rest can be checked. */
function withSample(node: LocatedMap, { caller_account }: SourceKind): LocatedMap {
  if (caller_account?.kind !== 'connection') return node;
  const names = Object.keys(caller_account.fields);
  return withTexts(node, { ...Object.fromEntries(names.map((name) => [name, 'caller'])), ...caller_account.sample });
}

function withTexts(node: LocatedMap, texts: Readonly<Record<string, string>>): LocatedMap {
  const { place } = node;
  const entries = new Map(node.entries);
  for (const [name, value] of Object.entries(texts)) {
    entries.set(name, { key_place: place, value: { kind: 'scalar', place, value } });
  }
  return { ...node, entries };
}

/** What the file wants and the kind does not have. */
function tellUnsupported({ entity, fields }: SourceAt, kind: SourceKind, decoding: Decoding): void {
  const told = (name: string, message: string): void => {
    const { place } = locate(fields, [name]);
    tell(decoding, place, { path: `${entity.path}.${name}`, message, hint: 'Remove the field.' });
  };
  const credential = fields.entries.get('credential')?.value;
  const is_shared = credential === undefined || (credential.kind === 'scalar' && credential.value === 'shared');
  if (!is_shared && kind.caller_account === undefined) {
    told('credential', `sources of type "${kind.type}" cannot be opened with the caller's account`);
  }
  if (fields.entries.has('sessionSettings') && kind.refuseSetting === undefined) {
    told('sessionSettings', `sources of type "${kind.type}" have no session settings`);
  }
}

function readSettings(
  settings: Readonly<Record<string, string>>,
  { entity, fields, kind }: SourceAt & { readonly kind: SourceKind },
  decoding: Decoding,
): readonly SettingDefinition[] {
  return Object.entries(settings).flatMap(([name, value]): readonly SettingDefinition[] => {
    const { place } = locate(fields, ['sessionSettings', name]);
    const path = `${entity.path}.sessionSettings.${name}`;
    const reason = kind.refuseSetting?.(name);
    if (reason !== undefined) tell(decoding, place, { path, message: reason });
    if (!value.startsWith('$')) return [{ name, value }];
    if (isCallerFact(value)) return [{ name, fact: value }];
    const message = 'a value that begins with "$" names a fact about the caller';
    tell(decoding, place, { path, message, hint: nearHint(value, callerFacts) });
    return [];
  });
}
