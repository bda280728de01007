// One decoded source, opened: once for everybody, or for every caller with their own account.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../base/limits.ts';
import type { CallerCredential } from '../credentials/credential.ts';
import type { Brought, SnapshotOf } from './brought.ts';
import { hasMark } from './caller-account.ts';
import { CallerSources } from './caller-sources.ts';
import type { PerCaller, SourceDefinition } from './decode-source.ts';
import { tellThrown } from './linking.ts';
import type { LinkDeps, OpenSource, Scoped } from './linking.ts';
import { withSessionSettings } from './session-settings.ts';
import type { Source } from './source.ts';

/** The open source, or undefined after telling why there is none. Does not connect. */
export function linkSource(scoped: Scoped<SourceDefinition>, deps: LinkDeps): OpenSource | undefined {
  const { definition, decoding, base_folder, scope } = scoped;
  if (definition === undefined || decoding.faults.length > 0) return undefined;
  const { kind, config, name, per_caller, session_settings, variables } = definition;
  const need = per_caller?.need;
  const { keep, snapshotOf, saw, ...kind_deps } = deps;
  const account_per_call = need !== undefined && per_caller?.configFor === undefined;
  const open = (opened_config: unknown): Source =>
    withSessionSettings(
      kind.open(name, opened_config, {
        ...{ ...kind_deps, base_folder, account_per_call },
        ...(saw === undefined ? {} : { saw: (listing) => saw(scope, name, listing) }),
      }),
      session_settings,
    );
  const whole = ['source', scope, base_folder, name, kind.type, config, need ?? null, session_settings];
  try {
    return keep.take(whole, () => {
      const opened =
        per_caller?.configFor === undefined
          ? { source: open(config), per_caller: undefined }
          : openPerCaller(definition, { open, configFor: per_caller.configFor }, deps.log);
      const has_settings = session_settings.length > 0;
      const thing: OpenSource = {
        type: kind.type,
        revision: createHash('sha256')
          .update(canonicalJson([kind.type, config, session_settings]))
          .digest('hex'),
        ...bringing(scoped, definition, snapshotOf),
        ...opened,
        has_settings,
        ...(need === undefined ? {} : { need }),
        ...(variables === undefined ? {} : { variables }),
      };
      return { thing, close: () => opened.source.close() };
    });
  } catch (thrown) {
    tellThrown(scoped, thrown, deps.log);
    return undefined;
  }
}

/** What it brings may be another thing at every load. */
function bringing(
  { scope, base_folder }: Scoped<SourceDefinition>,
  { kind, config, name, per_caller }: SourceDefinition,
  snapshotOf: SnapshotOf,
): Pick<OpenSource, 'bring'> {
  if (kind.bring === undefined) return {};
  const none: Brought = { tools: [], faults: [] };
  return {
    bring: async () => {
      const snapshot = await snapshotOf(scope, name);
      return (await kind.bring?.(config, { name, scope, base_folder, snapshot, need: per_caller?.need })) ?? none;
    },
  };
}

interface OpenPerCaller {
  readonly open: (config: unknown) => Source;
  readonly configFor: NonNullable<PerCaller['configFor']>;
}

function openPerCaller(
  { name, kind }: SourceDefinition,
  { open, configFor }: OpenPerCaller,
  log: Log,
): Pick<OpenSource, 'source' | 'per_caller'> {
  const { caller_account } = kind;
  const openFor = (account: CallerCredential['account']): Source | undefined => {
    const config = configFor(account);
    if (typeof config !== 'object' || config === null) return undefined;
    const few = 'max_connections' in config ? { max_connections: limits.caller_connections } : {};
    return open({ ...config, ...few });
  };
  const isRefused = (thrown: unknown): boolean =>
    caller_account?.kind === 'connection' && hasMark(thrown, caller_account.refusal);
  const per_caller = new CallerSources({ name, log, open: openFor, isRefused });
  const source: Source = {
    type: kind.type,
    // Without a caller there is no account to try.
    probe: (signal, credential) =>
      credential === undefined ? Promise.resolve() : per_caller.probe(credential, signal),
    close: () => per_caller.close(),
  };
  return { source, per_caller };
}
