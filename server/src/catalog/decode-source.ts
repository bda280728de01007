// One source of a configuration file: its kind, the kind's own fields, and what every source may say of whose account
// opens it and what its sessions are set to.
import { z } from 'zod';
import { callerFacts, isCallerFact } from '../base/caller.ts';
import type { CallerFact } from '../base/caller.ts';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
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
  /** Opened with the caller's own credential; `config` then has placeholders for the fields of the account. */
  readonly per_caller: boolean;
  readonly session_settings: readonly SettingDefinition[];
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
  credential: z
    .enum(['caller', 'shared'])
    .default('shared')
    .describe('caller: opened with the account of whoever calls; shared: with the account in the file'),
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
    const per_caller = common.credential === 'caller';
    const own = kindFields(entity, fields, commonNames);
    const at = {
      node: per_caller ? withoutAccount(own, kind, { path, decoding }) : own,
      path,
      place,
      other_fields: [...entity.type_keys, ...commonNames],
    };
    const config = decodeFields(kind.fields, at, decoding);
    tellUnsupported({ entity, fields }, kind, decoding);
    const session_settings = readSettings(common.sessionSettings, { entity, fields, kind }, decoding);
    return { name: entity.name, kind, config, per_caller, session_settings };
  });
}

interface SourceAt {
  readonly entity: Entity;
  readonly fields: LocatedMap;
}

/** The fields with placeholders for those that the caller's credential fills in; the file must not have them. */
function withoutAccount(
  node: LocatedMap,
  { account_fields = [] }: SourceKind,
  { path, decoding }: { readonly path: string; readonly decoding: Decoding },
): LocatedMap {
  const entries = new Map(node.entries);
  for (const name of account_fields) {
    const given = entries.get(name);
    if (given !== undefined) {
      const message = "is filled in from the caller's credential";
      tell(decoding, given.key_place, {
        path: `${path}.${name}`,
        message,
        hint: 'Remove it, or "credential: caller".',
      });
    }
    entries.set(name, { key_place: node.place, value: { kind: 'scalar', place: node.place, value: 'caller' } });
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
  if (credential?.kind === 'scalar' && credential.value === 'caller' && kind.account_fields === undefined) {
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
