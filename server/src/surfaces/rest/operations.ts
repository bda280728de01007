// Every operation of the REST surface, in the order in which the documentation shows them.
import { callTool } from './call-tool.ts';
import { cancelInteraction } from './cancel-interaction.ts';
import { createKey } from './create-key.ts';
import { createMember } from './create-member.ts';
import { decideInteraction } from './decide-interaction.ts';
import { getHealth } from './get-health.ts';
import { getInteraction } from './get-interaction.ts';
import { getMe } from './get-me.ts';
import { getReadiness } from './get-readiness.ts';
import { getTool } from './get-tool.ts';
import { listCalls } from './list-calls.ts';
import { listChanges } from './list-changes.ts';
import { listInteractions } from './list-interactions.ts';
import { listKeys } from './list-keys.ts';
import { listMembers } from './list-members.ts';
import { listPolicies } from './list-policies.ts';
import { listSources } from './list-sources.ts';
import { listTools } from './list-tools.ts';
import { listToolsets } from './list-toolsets.ts';
import type { AnyOperation } from './operation.ts';
import { removePolicy } from './remove-policy.ts';
import { revokeKey } from './revoke-key.ts';
import { setPolicy } from './set-policy.ts';

export const operations: readonly AnyOperation[] = [
  callTool,
  listTools,
  getTool,
  listToolsets,
  listInteractions,
  getInteraction,
  cancelInteraction,
  decideInteraction,
  listPolicies,
  setPolicy,
  removePolicy,
  getMe,
  listKeys,
  createKey,
  revokeKey,
  listMembers,
  createMember,
  listCalls,
  listChanges,
  listSources,
  getHealth,
  getReadiness,
];
