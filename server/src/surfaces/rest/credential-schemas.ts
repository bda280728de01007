// Schemas of credentials, choices and plans, held equal to the wire types of the client package by `satisfies`.
import type { Choice, Credential, Plan, PlanCandidate, RevocationReceipt } from '@toolcrib/client';
import { z } from 'zod';
import { id, instant } from './schemas.ts';

const strategy = z.enum(['token', 'username_password', 'oauth2', 'custom']);
const scope = z.enum(['private', 'shared']);

/** What people read: no control characters, nothing that turns the direction of writing. */
export const credentialName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}*$/u, 'has control characters');

/** Their values are checked by strategy where they are stored. */
export const secretFields = z
  .record(z.string(), z.string())
  .describe('Secrets: token; user and password; of custom, your own names. They are never shown again');

export const credential = z
  .object({
    id,
    name: z.string(),
    system: z.string(),
    strategy,
    scope,
    user_id: id,
    status: z.enum(['ok', 'expired', 'needs_reconnect', 'revoked']),
    account: z.string().nullable(),
    details: z
      .object({
        fields: z.array(z.string()),
        reason: z.string().nullable(),
        provider: z.string().nullable(),
        granted_scopes: z.array(z.string()).nullable(),
        expires_at: instant.nullable(),
        created_at: instant,
        updated_at: instant,
        last_used_at: instant.nullable(),
      })
      .exactOptional(),
  })
  .meta({ id: 'Credential' }) satisfies z.ZodType<Credential>;

export const revocationReceipt = z
  .object({
    id,
    credential_id: id,
    system: z.string(),
    provider: z.string().nullable(),
    account: z.string().nullable(),
    user_id: id,
    outcome: z.enum(['dead', 'alive', 'unknown', 'nothing_to_revoke']),
    instructions: z.string().nullable(),
    at: instant,
  })
  .meta({ id: 'RevocationReceipt' }) satisfies z.ZodType<RevocationReceipt>;

export const choice = z
  .object({ tool: z.string(), credential_id: id, chosen_at: instant })
  .meta({ id: 'Choice' }) satisfies z.ZodType<Choice>;

const candidate = z
  .object({
    id,
    name: z.string(),
    system: z.string(),
    strategy,
    scope,
    account: z.string().nullable(),
    usable: z.boolean(),
    why_not: z.enum(['expired', 'needs_reconnect', 'revoked', 'scopes_missing']).exactOptional(),
  })
  .meta({ id: 'PlanCandidate' }) satisfies z.ZodType<PlanCandidate>;

export const plan = z
  .object({
    tool: z.string(),
    decision: z.enum(['none', 'use', 'choose', 'connect']),
    rule: z.enum(['nothing_needed', 'binding', 'remembered', 'only_own', 'only_shared', 'several', 'none_fits']),
    reason: z.string(),
    credential: candidate.exactOptional(),
    candidates: z.array(candidate),
    connect: z.array(z.object({ system: z.string(), strategies: z.array(strategy) })).exactOptional(),
    connect_again: candidate.exactOptional(),
  })
  .meta({ id: 'Plan' }) satisfies z.ZodType<Plan>;
