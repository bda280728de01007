// The one reader of configuration and of the environment. Options win over variables, variables over the file.
// All faults are reported at once; a value is never repeated in a fault, it may be a secret.
import { readFileSync } from 'node:fs';
import { LineCounter, isMap, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { ToolcribError } from './errors.ts';
import type { Fault } from './errors.ts';
import { nearHint } from './nearest-names.ts';
import { settings } from './settings.ts';
import type { Config, Setting, SettingName } from './settings.ts';

/** `undefined` for a variable that is not set; an empty one counts as not set. */
export type Environment = (name: string) => string | undefined;

export const processEnvironment: Environment = (name) => process.env[name] || undefined;

export interface ConfigSources {
  /** Path of the configuration file; without it `toolcrib.yaml` is read if it is there. */
  readonly file?: string | undefined;
  /** Values of command line options by option name: `port`, `database-url`; a list for repeated ones. */
  readonly options: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** By default the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const defaultFile = 'toolcrib.yaml';
/** Variables of the CLI rather than of the server. */
const otherVariables = ['TOOLCRIB_CONFIG', 'TOOLCRIB_URL', 'TOOLCRIB_KEY'];
const entries = Object.entries(settings) as readonly (readonly [SettingName, Setting])[];

/** The whole configuration. Throws `config_invalid` with every fault. */
export function readConfig(sources: ConfigSources): Config {
  const environment = sources.environment ?? process.env;
  const faults: Fault[] = [...unknownVariables(environment)];
  const file = openFile(sources.file ?? environment['TOOLCRIB_CONFIG'], faults);
  const config: Partial<Record<SettingName, unknown>> = {};
  for (const [name, setting] of entries) {
    const given = givenValue(setting, sources.options, environment, file);
    const read = setting.schema.safeParse(given.value);
    if (read.success) config[name] = read.data;
    else
      for (const issue of read.error.issues)
        faults.push({ ...given.place, message: issue.message, hint: setting.description });
  }
  if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  return config as Config;
}

interface Given {
  readonly value: unknown;
  readonly place: Pick<Fault, 'path' | 'file' | 'line'>;
}

function givenValue(
  setting: Setting,
  options: ConfigSources['options'],
  environment: Readonly<Record<string, string | undefined>>,
  file: ConfigFile | undefined,
): Given {
  const option = setting.option === undefined ? undefined : options[setting.option];
  if (option !== undefined) return { value: fromText(setting, option), place: { path: `--${setting.option ?? ''}` } };
  const variable = environment[setting.variable];
  if (variable !== undefined && variable !== '') {
    return { value: fromText(setting, variable), place: { path: setting.variable } };
  }
  const path = setting.path.split('.');
  const node = file?.document.getIn(path, true);
  if (file === undefined || node === undefined) return { value: undefined, place: { path: setting.path } };
  const value: unknown = file.document.getIn(path);
  const plain: unknown =
    typeof value === 'object' && value !== null && 'toJSON' in value
      ? (value as { toJSON(): unknown }).toJSON()
      : value;
  return { value: plain, place: { path: setting.path, file: file.name, line: lineOf(file, node) } };
}

function fromText(setting: Setting, text: string | readonly string[]): unknown {
  const texts = typeof text === 'string' ? text.split(',') : text;
  if (setting.text === 'list') return texts.map((item) => item.trim()).filter((item) => item !== '');
  const [first = ''] = typeof text === 'string' ? [text] : text;
  return setting.text === 'number' && /^\d+$/.test(first.trim()) ? Number(first) : first;
}

interface ConfigFile {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

function openFile(asked: string | undefined, faults: Fault[]): ConfigFile | undefined {
  const name = asked ?? defaultFile;
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch {
    if (asked !== undefined) faults.push({ path: '', file: name, message: 'The configuration file cannot be read' });
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  for (const error of document.errors) {
    faults.push({
      path: '',
      file: name,
      line: lines.linePos(error.pos[0]).line,
      message: `Not valid YAML: ${error.code}`,
    });
  }
  if (document.errors.length > 0) return undefined;
  const file = { name, document, lines };
  faults.push(...unknownKeys(file));
  return file;
}

function unknownKeys(file: ConfigFile): readonly Fault[] {
  const known = entries.map(([, setting]) => setting.path);
  const faults: Fault[] = [];
  const visit = (map: unknown, prefix: string): void => {
    if (!isMap(map)) return;
    for (const { key, value } of map.items) {
      const path = `${prefix}${String(key)}`;
      if (known.includes(path)) continue;
      if (known.some((other) => other.startsWith(`${path}.`)) && isMap(value)) visit(value, `${path}.`);
      else
        faults.push({
          path,
          file: file.name,
          line: lineOf(file, key),
          message: 'There is no such setting',
          hint: nearHint(path, known),
        });
    }
  };
  visit(file.document.contents, '');
  return faults;
}

function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly Fault[] {
  const known = [...entries.map(([, setting]) => setting.variable as string), ...otherVariables];
  return Object.keys(environment)
    .filter((name) => name.startsWith('TOOLCRIB_') && !known.includes(name))
    .map((name) => ({ path: name, message: 'There is no such variable', hint: nearHint(name, known) }));
}

function lineOf(file: ConfigFile, node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return file.lines.linePos(range?.[0] ?? 0).line;
}
