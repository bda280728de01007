// One decoded source, opened: once for everybody, or for every caller with their own account.
import type { Log } from '../base/log.ts';
import { limits } from '../base/limits.ts';
import { CallerSources } from './caller-sources.ts';
import type { SourceDefinition } from './decode-source.ts';
import { tellThrown } from './linking.ts';
import type { LinkDeps, OpenSource, Scoped } from './linking.ts';
import { withSessionSettings } from './session-settings.ts';
import type { Source } from './source.ts';

/** The open source, or undefined after telling why there is none. Does not connect. */
export function linkSource(scoped: Scoped<SourceDefinition>, deps: LinkDeps): OpenSource | undefined {
  const { definition, decoding, base_folder, scope } = scoped;
  if (definition === undefined || decoding.faults.length > 0) return undefined;
  const { kind, config, name, per_caller, session_settings } = definition;
  const { keep, ...kind_deps } = deps;
  const open = (opened_config: unknown): Source =>
    withSessionSettings(kind.open(name, opened_config, { ...kind_deps, base_folder }), session_settings);
  const whole = ['source', scope, base_folder, name, kind.type, config, per_caller, session_settings];
  try {
    return keep.take(whole, () => {
      const opened = per_caller
        ? openPerCaller(definition, open, deps.log)
        : { source: open(config), per_caller: undefined };
      const thing: OpenSource = { type: kind.type, ...opened, has_settings: session_settings.length > 0 };
      return { thing, close: () => opened.source.close() };
    });
  } catch (thrown) {
    tellThrown(scoped, thrown, deps.log);
    return undefined;
  }
}

function openPerCaller(
  { name, kind, config }: SourceDefinition,
  open: (config: unknown) => Source,
  log: Log,
): Pick<OpenSource, 'source' | 'per_caller'> {
  const fields = config as Readonly<Record<string, unknown>>;
  const few = 'max_connections' in fields ? { max_connections: limits.caller_connections } : {};
  const per_caller = new CallerSources({ name, log, open: (account) => open({ ...fields, ...few, ...account }) });
  const source: Source = {
    type: kind.type,
    // Without a caller there is no account to try.
    probe: () => Promise.resolve(),
    close: () => per_caller.close(),
  };
  return { source, per_caller };
}
