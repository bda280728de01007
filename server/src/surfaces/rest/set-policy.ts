// PUT /v1/policies: makes or replaces the policy of a tool or of a danger level.
import type { Policy } from '@toolcrib/client';
import { z } from 'zod';
import { actorOf } from '../../identity/principal.ts';
import { dangerLevels, policyActions, setPolicy as set } from '../../interactions/policies.ts';
import { policyOnWire } from './list-policies.ts';
import type { Operation } from './operation.ts';
import { policy } from './schemas.ts';

const action = z
  .enum(policyActions)
  .describe('allow: runs at once; ask: its person says yes; four_eyes: another person does; refuse: never runs');

const body = z.union([
  z.strictObject({ tool: z.string().min(1).max(200).describe('Name of the tool'), action }),
  z.strictObject({ danger: z.enum(dangerLevels).describe('Every tool of this danger level'), action }),
]);

export const setPolicy: Operation<unknown, z.output<typeof body>, Policy> = {
  id: 'setPolicy',
  method: 'PUT',
  path: '/v1/policies',
  summary: 'Say when a tool, or every tool of a danger level, needs a yes',
  guard: { kind: 'permission', permission: 'policies.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: policy,
  errors: ['conflict'],
  handle: async ({ principal, body: input }, deps) => {
    const { tenant_id } = principal;
    const subject = 'tool' in input ? { tool: input.tool, danger: null } : { tool: null, danger: input.danger };
    const made = await set(deps, actorOf(principal), { tenant_id, subject, action: input.action });
    deps.forgetIdentities();
    return policyOnWire(made);
  },
};
