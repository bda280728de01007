// The field `credential` of a source: whose account its tools run with, and which accounts fit.
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import type { CredentialNeed, CredentialStrategy } from '../credentials/credential.ts';
import { tell } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { joinPath, locate, splitPath } from './located.ts';
import type { LocatedMap } from './located.ts';
import type { SourceKind } from './source.ts';
import type { Entity } from './split-entities.ts';

const system = z.string().min(1).max(limits.credential_system_characters);
const strategies = ['oauth2', 'token', 'username_password', 'custom'] as const satisfies readonly CredentialStrategy[];

export const credentialField = z
  .union([
    z.enum(['caller', 'shared']),
    z.strictObject({
      system: system.describe('Which kind of account: github, salesforce, or the name of a source'),
      strategies: z.array(z.enum(strategies)).min(1).optional().describe('In which ways it may be given'),
      scopes: z
        .array(z.string().min(1).max(200))
        .max(limits.credential_scopes)
        .default([])
        .describe('OAuth scopes that a grant must have'),
      compatible: z
        .array(system)
        .max(limits.credential_systems)
        .default([])
        .describe('Further systems whose accounts fit'),
    }),
  ])
  .default('shared')
  .describe('caller: with the account of whoever calls; shared: with the account in the file');

export interface CredentialAt {
  readonly entity: Entity;
  readonly fields: LocatedMap;
  readonly kind: SourceKind;
  /** The source's own, decoded. */
  readonly config: unknown;
}

/** What the source's tools need of the caller; undefined when that is nothing, or after telling what is wrong. */
export function toNeed(
  given: z.output<typeof credentialField>,
  at: CredentialAt,
  decoding: Decoding,
): CredentialNeed | undefined {
  const { entity, fields, kind, config } = at;
  const { caller_account } = kind;
  if (caller_account === undefined) return undefined;
  const told = (path: string, message: string, hint?: string): void => {
    const place = path === '' ? entity.place : locate(fields, splitPath(path)).place;
    tell(decoding, place, { path: joinPath(entity.path, splitPath(path)), message, hint });
  };
  if (caller_account.kind === 'call') {
    for (const { path, message, hint } of caller_account.check(config, given !== 'shared')) told(path, message, hint);
  }
  if (given === 'shared') return undefined;
  const taken = caller_account.kind === 'call' ? caller_account.strategies(config) : caller_account.strategies;
  if (given === 'caller') {
    // The account of this source alone: a password for one database is never offered to another. No provider grants it.
    const by_oauth = caller_account.kind === 'call' && caller_account.names_its_provider === true;
    const given_by = by_oauth ? taken : taken.filter((one) => one !== 'oauth2');
    return { systems: [entity.name], strategies: given_by, scopes: [] };
  }
  const foreign = given.strategies?.findIndex((one) => !taken.includes(one)) ?? -1;
  if (foreign >= 0) {
    const message = `this source does not take "${given.strategies?.[foreign] ?? ''}"`;
    told(`credential.strategies[${foreign}]`, message, `It takes ${taken.join(', ')}.`);
  }
  const narrowed = [...new Set(given.strategies ?? taken)];
  if (given.scopes.length > 0 && !narrowed.includes('oauth2')) {
    told('credential.scopes', 'only OAuth has scopes, and this source takes none', 'Remove the field.');
  }
  return {
    systems: [...new Set([given.system, ...given.compatible])],
    strategies: narrowed,
    scopes: [...new Set(given.scopes)],
  };
}
