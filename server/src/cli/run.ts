// The CLI: finds the command, reads its words, runs it, and shows what goes wrong as a person reads it.
import { nearestNames } from '../base/nearest-names.ts';
import { auditExportCommand } from './audit-export.ts';
import { auditHeadCommand } from './audit-head.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { callCommand } from './call.ts';
import { checkCommand } from './check.ts';
import { defineCommand } from './define.ts';
import { definitionsDeleteCommand } from './definitions-delete.ts';
import { definitionsListCommand } from './definitions-list.ts';
import { definitionsShowCommand } from './definitions-show.ts';
import { exit, helpOf, readInput } from './command.ts';
import type { Command, Io } from './command.ts';
import { connectCommand } from './connect.ts';
import { credentialsAddCommand } from './credentials-add.ts';
import { credentialsDeleteCommand } from './credentials-delete.ts';
import { credentialsListCommand } from './credentials-list.ts';
import { credentialsRevokeCommand } from './credentials-revoke.ts';
import { credentialsShareCommand } from './credentials-share.ts';
import { credentialsTestCommand } from './credentials-test.ts';
import { explainCommand } from './explain.ts';
import { filesDeleteCommand } from './files-delete.ts';
import { filesGetCommand } from './files-get.ts';
import { filesLinkCommand } from './files-link.ts';
import { filesListCommand } from './files-list.ts';
import { filesPutCommand } from './files-put.ts';
import { handOffsCancelCommand } from './handoffs-cancel.ts';
import { handOffsListCommand } from './handoffs-list.ts';
import { handOffsShowCommand } from './handoffs-show.ts';
import { handOffsSigningSecretCommand } from './handoffs-signing-secret.ts';
import { inviteCommand } from './invite.ts';
import { keyCreateCommand } from './key-create.ts';
import { dbMigrateCommand } from './db-migrate.ts';
import { mcpApproveCommand } from './mcp-approve.ts';
import { mcpRefreshCommand } from './mcp-refresh.ts';
import { mcpStatusCommand } from './mcp-status.ts';
import { openapiImportCommand } from './openapi-import.ts';
import { openapiInspectCommand } from './openapi-inspect.ts';
import { membersListCommand } from './members-list.ts';
import { membersRemoveCommand } from './members-remove.ts';
import { membersSetRoleCommand } from './members-set-role.ts';
import { migrateCommand } from './migrate.ts';
import { packTestCommand } from './pack-test.ts';
import { packCheckCommand } from './pack-check.ts';
import { packDisableCommand, packEnableCommand } from './pack-enable.ts';
import { packListCommand } from './pack-list.ts';
import { packSetCommand } from './pack-set.ts';
import { packShowCommand } from './pack-show.ts';
import { policyListCommand } from './policy-list.ts';
import { policyRemoveCommand } from './policy-remove.ts';
import { policySetCommand } from './policy-set.ts';
import { showError } from './show-error.ts';
import { startCommand } from './start.ts';
import { tenantCreateCommand } from './tenant-create.ts';
import { tenantListCommand } from './tenant-list.ts';
import { tenantRenameCommand } from './tenant-rename.ts';
import { tenantResumeCommand, tenantSuspendCommand } from './tenant-suspend.ts';
import { toolsCommand } from './tools.ts';
import { variablesDeleteCommand } from './variables-delete.ts';
import { variablesListCommand } from './variables-list.ts';
import { variablesSetCommand } from './variables-set.ts';
import { vaultNewKeyCommand } from './vault-new-key.ts';
import { vaultRewrapCommand } from './vault-rewrap.ts';
import { vaultStatusCommand } from './vault-status.ts';
import { webhooksListCommand } from './webhooks-list.ts';
import { webhooksSecretCommand } from './webhooks-secret.ts';

export const commands: readonly Command[] = [
  startCommand,
  checkCommand,
  toolsCommand,
  callCommand,
  defineCommand,
  definitionsListCommand,
  definitionsShowCommand,
  definitionsDeleteCommand,
  handOffsListCommand,
  handOffsShowCommand,
  handOffsCancelCommand,
  handOffsSigningSecretCommand,
  policyListCommand,
  policySetCommand,
  policyRemoveCommand,
  webhooksListCommand,
  webhooksSecretCommand,
  openapiInspectCommand,
  openapiImportCommand,
  mcpStatusCommand,
  mcpRefreshCommand,
  mcpApproveCommand,
  explainCommand,
  credentialsListCommand,
  connectCommand,
  credentialsAddCommand,
  credentialsTestCommand,
  credentialsShareCommand,
  credentialsDeleteCommand,
  filesListCommand,
  filesGetCommand,
  filesPutCommand,
  filesDeleteCommand,
  filesLinkCommand,
  packTestCommand,
  keyCreateCommand,
  tenantCreateCommand,
  tenantListCommand,
  tenantRenameCommand,
  tenantSuspendCommand,
  tenantResumeCommand,
  inviteCommand,
  membersListCommand,
  membersSetRoleCommand,
  membersRemoveCommand,
  variablesSetCommand,
  variablesListCommand,
  variablesDeleteCommand,
  credentialsRevokeCommand,
  vaultNewKeyCommand,
  vaultStatusCommand,
  vaultRewrapCommand,
  auditExportCommand,
  auditVerifyCommand,
  auditHeadCommand,
  packListCommand,
  packShowCommand,
  packEnableCommand,
  packDisableCommand,
  packSetCommand,
  packCheckCommand,
  migrateCommand,
  dbMigrateCommand,
];

/** Runs `toolcrib <argv>` and returns the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const found = commands.find(({ name }) => startsWith(argv, name.split(' ')));
  if (found === undefined) return overview(argv, io);
  const rest = argv.slice(found.name.split(' ').length);
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(helpOf(found));
    return exit.done;
  }
  try {
    return await found.run(readInput(found, rest), io);
  } catch (thrown) {
    return showError(thrown, io);
  }
}

function startsWith(argv: readonly string[], words: readonly string[]): boolean {
  return words.every((word, index) => argv[index] === word);
}

function overview(argv: readonly string[], io: Io): number {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}\n`).join('');
  const text = `Usage: toolcrib COMMAND …\n\n${list}\ntoolcrib COMMAND --help shows the options of a command.\n`;
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    io.out(text);
    return exit.done;
  }
  const near = nearestNames(
    argv.slice(0, 2).join(' '),
    commands.map(({ name }) => name),
    1,
  );
  io.err(`There is no command "${first}".${near[0] === undefined ? '' : ` Did you mean "${near[0]}"?`}\n\n${text}`);
  return exit.usage;
}
