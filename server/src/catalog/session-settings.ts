// A source whose sessions are set to something for every call: `sessionSettings` of the file.
import { callerValue } from '../base/caller.ts';
import type { Caller } from '../base/caller.ts';
import type { SettingDefinition } from './decode-source.ts';
import type { SessionSetting, Source, SqlSource } from './source.ts';

/** The same source, whose statements run with the settings that belong to their caller. */
export function withSessionSettings(source: Source, settings: readonly SettingDefinition[]): Source {
  if (settings.length === 0) return source;
  if (!runsSql(source)) throw new TypeError(`Sources of type ${source.type} have no session settings`);
  const of = (caller: Caller): readonly SessionSetting[] =>
    settings.map((setting) => ({
      name: setting.name,
      value: 'fact' in setting ? callerValue(caller, setting.fact) : setting.value,
    }));
  const with_settings: SqlSource = {
    type: source.type,
    probe: (signal) => source.probe(signal),
    close: () => source.close(),
    prepare: (text) => {
      const statement = source.prepare(text);
      return { run: (values, options) => statement.run(values, { ...options, settings: of(options.caller) }) };
    },
  };
  return with_settings;
}

function runsSql(source: Source): source is SqlSource {
  return 'prepare' in source;
}
