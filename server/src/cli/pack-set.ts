// toolcrib pack set: one setting of a pack, for the tenant, a workspace, or as the operator for every tenant. A secret comes
// from standard input or a file, never from the command line, which other users of the machine can see.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ConfigValue, PackSettingsBody } from '@toolcrib/client';
import { createLog } from '../base/log.ts';
import { processEnvironment } from '../base/config.ts';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { configuredKeys } from '../credentials/vault/open-master-keys.ts';
import { openLocalMasterKeys } from '../credentials/vault/local-master-keys.ts';
import { packFolders } from '../open-packs.ts';
import { findManifest } from '../packs/find-manifest.ts';
import { typeWords } from '../packs/manifest.ts';
import type { SettingType } from '../packs/manifest.ts';
import { readText } from '../packs/resolve-settings.ts';
import { setSystemSetting } from '../packs/system-settings.ts';
import type { SystemSettingValue } from '../packs/system-settings.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput, Io } from './command.ts';
import { configOf } from './config-option.ts';
import { asOperator, operatorOptions } from './operator.ts';
import { remote, remoteOptions } from './remote.ts';

export const packSetCommand: Command = {
  name: 'pack set',
  summary: 'Set a setting of a pack: for the tenant, a workspace, or with --system for every tenant',
  words: 'CODE FIELD [VALUE]',
  options: {
    ...remoteOptions,
    ...operatorOptions,
    workspace: { value: 'ID', description: 'For this workspace alone' },
    system: { description: 'As the operator, in the database itself: it counts before what tenants say' },
    unset: { description: 'Takes the value away' },
    file: { value: 'FILE', description: 'File with the value; without VALUE it is read from standard input' },
  },
  run: async (input, io) => {
    const [code, field, given] = input.words;
    if (code === undefined || field === undefined || input.words.length > 3) {
      throw wrongUsage(packSetCommand, 'A pack and a field are needed, and a value, --file or standard input');
    }
    const value = input.switches.has('unset') ? undefined : await valueOf(input, given);
    const to = { code, field, value, is_open: given !== undefined };
    if (input.switches.has('system')) await setAsOperator(input, to);
    else await setForTenant(input, to);
    return done(io, to);
  },
};

interface Setting {
  readonly code: string;
  readonly field: string;
  /** Undefined: to be taken away. */
  readonly value: string | undefined;
  /** Whether it stood on the command line. */
  readonly is_open: boolean;
}

function done(io: Io, { code, field, value }: Setting): number {
  io.err(`${field} of ${code} is ${value === undefined ? 'taken away' : 'set'}.\n`);
  return exit.done;
}

async function valueOf(input: CommandInput, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { file } = input.options;
  const read = file === undefined ? await text(process.stdin) : await readFile(file, 'utf8').catch(() => undefined);
  if (read === undefined) throw wrongUsage(packSetCommand, 'The file cannot be read');
  if (read.length > limits.pack_setting_characters) throw wrongUsage(packSetCommand, 'The value is too long');
  // The end of the last line belongs to the file.
  return read.replace(/\r?\n$/, '');
}

const connection_fields: readonly string[] = ['connection_type', 'remote_cluster_url', 'remote_connection_id'];

async function setForTenant(input: CommandInput, setting: Setting): Promise<void> {
  const { code, field, value } = setting;
  const client = remote(packSetCommand, input);
  const { workspace: workspace_id } = input.options;
  const at = workspace_id === undefined ? {} : { workspace_id };
  if (connection_fields.includes(field)) {
    const none = field === 'connection_type' ? 'local' : null;
    const body = { ...at, [field]: value ?? none } as PackSettingsBody;
    await client.setPackSettings(code, body);
    return;
  }
  const { fields } = await client.getPack(code);
  const known = fields.find(({ name }) => name === field);
  const config = { [field]: toValue(setting, known, [...fields.map(({ name }) => name), ...connection_fields]) };
  await client.setPackSettings(code, { ...at, config });
}

interface KnownField {
  readonly type: SettingType;
  readonly secret: boolean;
}

/** Null: to be taken away. */
function toValue(
  { code, field, value, is_open }: Setting,
  known: KnownField | undefined,
  names: readonly string[],
): ConfigValue | null {
  if (known === undefined)
    throw wrongUsage(packSetCommand, `${code} has no setting "${field}"`, nearHint(field, names));
  if (value === undefined) return null;
  if (known.secret && is_open) {
    throw wrongUsage(packSetCommand, `${field} is a secret: others can see the command line`, `… < FILE`);
  }
  const read = readText(value, known.type);
  if (read === undefined) throw wrongUsage(packSetCommand, `${field} must be ${typeWords[known.type]}`);
  return read;
}

async function setAsOperator(input: CommandInput, setting: Setting): Promise<void> {
  const { code, field } = setting;
  const config = configOf(input);
  const found = await findManifest(packFolders(config), code, processEnvironment);
  if (found === undefined) throw wrongUsage(packSetCommand, `There is no pack "${code}" in the configured folders`);
  const fields = found.config.schema;
  const known = fields.find(({ name }) => name === field);
  const value = toValue(
    setting,
    known,
    fields.map(({ name }) => name),
  );
  const given: SystemSettingValue =
    value === null
      ? { kind: 'none' }
      : known?.secret === true
        ? { kind: 'secret', text: String(value) }
        : { kind: 'value', value };
  const log = createLog({ level: 'warn' });
  const master = await openLocalMasterKeys({ read: () => configuredKeys(config), log });
  await asOperator(input, (deps) => setSystemSetting({ ...deps, master }, { code, field, given }));
}
