// Every operation of the REST surface, in the order in which the documentation shows them.
import { callTool } from './call-tool.ts';
import { createSignOn } from './create-sign-on.ts';
import { deleteSignOn } from './delete-sign-on.ts';
import { listSignOns } from './list-sign-ons.ts';
import { cancelInteraction } from './cancel-interaction.ts';
import { changeMember } from './change-member.ts';
import { changePassword } from './change-password.ts';
import { createInvitation } from './create-invitation.ts';
import { createKey } from './create-key.ts';
import { createMember } from './create-member.ts';
import { createServiceAccount } from './create-service-account.ts';
import { createWorkspace } from './create-workspace.ts';
import { decideInteraction } from './decide-interaction.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { endSession } from './end-session.ts';
import { deleteVariable } from './delete-variable.ts';
import { getHealth } from './get-health.ts';
import { getInteraction } from './get-interaction.ts';
import { getMe } from './get-me.ts';
import { getReadiness } from './get-readiness.ts';
import { getTool } from './get-tool.ts';
import { listCalls } from './list-calls.ts';
import { listChanges } from './list-changes.ts';
import { listInteractions } from './list-interactions.ts';
import { listInvitations } from './list-invitations.ts';
import { listKeys } from './list-keys.ts';
import { listMembers } from './list-members.ts';
import { listPolicies } from './list-policies.ts';
import { listSessions } from './list-sessions.ts';
import { listSources } from './list-sources.ts';
import { listTools } from './list-tools.ts';
import { listToolsets } from './list-toolsets.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { listVariables } from './list-variables.ts';
import type { AnyOperation } from './operation.ts';
import { removeMember } from './remove-member.ts';
import { removePolicy } from './remove-policy.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { revokeKey } from './revoke-key.ts';
import { setPolicy } from './set-policy.ts';
import { setVariable } from './set-variable.ts';

export const operations: readonly AnyOperation[] = [
  callTool,
  listTools,
  getTool,
  listToolsets,
  listInteractions,
  getInteraction,
  cancelInteraction,
  decideInteraction,
  listSignOns,
  createSignOn,
  deleteSignOn,
  listPolicies,
  setPolicy,
  removePolicy,
  listVariables,
  setVariable,
  deleteVariable,
  getMe,
  listKeys,
  createKey,
  revokeKey,
  listMembers,
  createMember,
  changeMember,
  removeMember,
  createServiceAccount,
  listInvitations,
  createInvitation,
  revokeInvitation,
  listWorkspaces,
  createWorkspace,
  deleteWorkspace,
  listSessions,
  endSession,
  changePassword,
  listCalls,
  listChanges,
  listSources,
  getHealth,
  getReadiness,
];
