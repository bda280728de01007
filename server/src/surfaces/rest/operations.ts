// Every operation of the REST surface, in the order in which the documentation shows them.
import { approveMirror } from './approve-mirror.ts';
import { callTool } from './call-tool.ts';
import { createSignOn } from './create-sign-on.ts';
import { deleteSignOn } from './delete-sign-on.ts';
import { listSignOns } from './list-sign-ons.ts';
import { cancelInteraction } from './cancel-interaction.ts';
import { changeMember } from './change-member.ts';
import { changePassword } from './change-password.ts';
import { createInvitation } from './create-invitation.ts';
import { createCredential } from './create-credential.ts';
import { connect } from './connect.ts';
import { createOauthClient } from './create-oauth-client.ts';
import { deleteOauthClient } from './delete-oauth-client.ts';
import { listOauthClients } from './list-oauth-clients.ts';
import { listProviders } from './list-providers.ts';
import { pollDeviceConnect } from './poll-device-connect.ts';
import { startDeviceConnect } from './start-device-connect.ts';
import { createKey } from './create-key.ts';
import { createMember } from './create-member.ts';
import { createServiceAccount } from './create-service-account.ts';
import { createWorkspace } from './create-workspace.ts';
import { decideInteraction } from './decide-interaction.ts';
import { deleteChoice } from './delete-choice.ts';
import { deleteCredential } from './delete-credential.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { endSession } from './end-session.ts';
import { deleteVariable } from './delete-variable.ts';
import { exportAudit } from './export-audit.ts';
import { getAuditHead } from './get-audit-head.ts';
import { getCredential } from './get-credential.ts';
import { getHealth } from './get-health.ts';
import { getInteraction } from './get-interaction.ts';
import { getWebhookSecret } from './get-webhook-secret.ts';
import { listWebhookDeliveries } from './list-webhook-deliveries.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { streamInteraction } from './stream-interaction.ts';
import { getMe } from './get-me.ts';
import { inspectOpenapi } from './inspect-openapi.ts';
import { getMirror } from './get-mirror.ts';
import { getPlan } from './get-plan.ts';
import { getReadiness } from './get-readiness.ts';
import { getTool } from './get-tool.ts';
import { listCalls } from './list-calls.ts';
import { listChanges } from './list-changes.ts';
import { listChoices } from './list-choices.ts';
import { listCredentials } from './list-credentials.ts';
import { listInteractions } from './list-interactions.ts';
import { listInvitations } from './list-invitations.ts';
import { listKeys } from './list-keys.ts';
import { listMembers } from './list-members.ts';
import { cancelHandOff } from './cancel-handoff.ts';
import { getHandOff } from './get-handoff.ts';
import { listHandOffs } from './list-handoffs.ts';
import { getPack } from './get-pack.ts';
import { listPacks } from './list-packs.ts';
import { setPack } from './set-pack.ts';
import { setPackSettings } from './set-pack-settings.ts';
import { listPolicies } from './list-policies.ts';
import { listReceipts } from './list-receipts.ts';
import { listSessions } from './list-sessions.ts';
import { listSources } from './list-sources.ts';
import { listTools } from './list-tools.ts';
import { listToolsets } from './list-toolsets.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { listVariables } from './list-variables.ts';
import { deleteFile } from './delete-file.ts';
import { getFile } from './get-file.ts';
import { getFileContent } from './get-file-content.ts';
import { linkFile } from './link-file.ts';
import { listFiles } from './list-files.ts';
import { saveFile } from './save-file.ts';
import { lookAtMirror } from './look-at-mirror.ts';
import type { AnyOperation } from './operation.ts';
import { removeMember } from './remove-member.ts';
import { checkDefinitions } from './check-definitions.ts';
import { createSigningSecret } from './create-signing-secret.ts';
import { deleteDefinition } from './delete-definition.ts';
import { deleteSigningSecret } from './delete-signing-secret.ts';
import { getDefinition } from './get-definition.ts';
import { listDefinitions } from './list-definitions.ts';
import { saveDefinition } from './save-definition.ts';
import { removePolicy } from './remove-policy.ts';
import { revokeCredentials } from './revoke-credentials.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { revokeKey } from './revoke-key.ts';
import { setChoice } from './set-choice.ts';
import { setPolicy } from './set-policy.ts';
import { setVariable } from './set-variable.ts';
import { testCredential } from './test-credential.ts';
import { updateCredential } from './update-credential.ts';

export const operations: readonly AnyOperation[] = [
  callTool,
  listTools,
  getTool,
  getPlan,
  listToolsets,
  listCredentials,
  createCredential,
  getCredential,
  updateCredential,
  deleteCredential,
  testCredential,
  revokeCredentials,
  listReceipts,
  listChoices,
  setChoice,
  deleteChoice,
  listInteractions,
  getInteraction,
  streamInteraction,
  cancelInteraction,
  decideInteraction,
  listSignOns,
  createSignOn,
  deleteSignOn,
  getWebhookSecret,
  rotateWebhookSecret,
  listWebhookDeliveries,
  listHandOffs,
  getHandOff,
  cancelHandOff,
  listPolicies,
  listDefinitions,
  getDefinition,
  saveDefinition,
  deleteDefinition,
  checkDefinitions,
  createSigningSecret,
  deleteSigningSecret,
  inspectOpenapi,
  setPolicy,
  removePolicy,
  listVariables,
  setVariable,
  deleteVariable,
  listPacks,
  getPack,
  setPack,
  setPackSettings,
  listFiles,
  saveFile,
  getFile,
  getFileContent,
  deleteFile,
  linkFile,
  listProviders,
  connect,
  startDeviceConnect,
  pollDeviceConnect,
  listOauthClients,
  createOauthClient,
  deleteOauthClient,
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
  getAuditHead,
  exportAudit,
  listSources,
  getMirror,
  lookAtMirror,
  approveMirror,
  getHealth,
  getReadiness,
];
