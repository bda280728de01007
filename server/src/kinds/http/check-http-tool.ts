// What the schema of an `http` tool cannot say: placeholders against parameters, values where none can stand, and a method
// that writes in a tool that does not.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { Parameter } from '../../catalog/parameters.ts';
import type { ToolToCheck } from '../../catalog/tool.ts';
import { namesCredential } from './account.ts';
import { headerNameProblem } from './fields.ts';
import { bodyFormOf, bodyProblem } from './fill-body.ts';
import { pathFilters, pathProblem } from './fill-path.ts';
import type { HttpSource } from './http-source.ts';
import type { HttpToolConfig } from './http-tool.ts';
import { parseTemplate, placeholderNames } from './template.ts';

/** The parameters of one list. */
export function listOf(parameters: readonly Parameter[], list: string): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.list === list);
}

/** The value of a header, however its name is written. */
function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([written]) => written.toLowerCase() === name)?.[1];
}

export function checkHttpTool(config: HttpToolConfig, { parameters, read_only }: ToolToCheck): readonly Fault[] {
  return [
    ...checkMethod(config, read_only),
    ...checkPath(config, listOf(parameters, 'pathParams')),
    ...checkBody(config, listOf(parameters, 'bodyParams')),
    ...checkQuery(listOf(parameters, 'queryParams')),
    ...checkHeaders(config, listOf(parameters, 'headerParams')),
    ...checkNoCredential(config),
  ];
}

/** A tool says where arguments go; where the account goes is said by its source, for all of its tools. */
function checkNoCredential({ path, requestBody = '', headers }: HttpToolConfig): readonly Fault[] {
  const texts = [
    ['path', path],
    ['requestBody', requestBody],
    ...Object.entries(headers).map(([name, value]) => [`headers.${name}`, value] as const),
  ] as const;
  return texts
    .filter(([, text]) => namesCredential(text))
    .map(([at]) => ({
      path: at,
      message: "the caller's credential is written into headers and queryParams of the source",
    }));
}

function checkMethod({ method, requestBody }: HttpToolConfig, read_only: boolean): readonly Fault[] {
  const reads = method === 'GET' || method === 'HEAD';
  const faults: Fault[] = [];
  if (read_only && !reads) {
    const hint = 'Say readOnly: false, or nothing.';
    faults.push({ path: 'method', message: `a tool with readOnly: true sends GET or HEAD, not ${method}`, hint });
  }
  if (reads && requestBody !== undefined) faults.push({ path: 'requestBody', message: `a ${method} has no body` });
  return faults;
}

function checkPath({ path }: HttpToolConfig, parameters: readonly Parameter[]): readonly Fault[] {
  const problem = pathProblem(path);
  const optional = parameters.flatMap((parameter, index) =>
    parameter.required || parameter.default !== undefined
      ? []
      : [{ path: `pathParams[${index}].required`, message: 'a piece of the path cannot be left out' }],
  );
  return [
    ...(problem === undefined ? [] : [{ path: 'path', message: problem }]),
    ...checkPlaceholders({ text: path, field: 'path', list: 'pathParams', filters: pathFilters }, parameters),
    ...optional,
    ...checkScalars(parameters, 'pathParams'),
  ];
}

function checkBody({ requestBody, headers }: HttpToolConfig, parameters: readonly Parameter[]): readonly Fault[] {
  const text = requestBody ?? '';
  const problem = text === '' ? undefined : bodyProblem(text, bodyFormOf(headerOf(headers, 'content-type')));
  return [
    ...(problem === undefined ? [] : [{ path: 'requestBody', message: problem }]),
    ...checkPlaceholders({ text, field: 'requestBody', list: 'bodyParams', filters: new Set(['json']) }, parameters),
  ];
}

function checkQuery(parameters: readonly Parameter[]): readonly Fault[] {
  return parameters.flatMap(({ type, items }, index) =>
    type === 'map' || items?.type === 'map' || items?.type === 'array'
      ? [{ path: `queryParams[${index}].type`, message: 'a query takes single values and lists of them' }]
      : [],
  );
}

function checkHeaders(config: HttpToolConfig, parameters: readonly Parameter[]): readonly Fault[] {
  const names = parameters.flatMap(({ name }, index) => {
    const problem = headerNameProblem(name);
    const path = `headerParams[${index}].name`;
    if (problem !== undefined) return [{ path, message: `"${name}" ${problem}` }];
    if (config.requestBody === undefined || name.toLowerCase() !== 'content-type') return [];
    return [{ path, message: 'the type of the body is said by the tool, not by its caller' }];
  });
  return [...names, ...checkScalars(parameters, 'headerParams')];
}

function checkScalars(parameters: readonly Parameter[], list: string): readonly Fault[] {
  return parameters.flatMap(({ type }, index) =>
    type === 'array' || type === 'map' ? [{ path: `${list}[${index}].type`, message: 'must be a single value' }] : [],
  );
}

interface Placeholders {
  readonly text: string;
  readonly field: string;
  readonly list: string;
  /** Functions that may stand before a name. */
  readonly filters: ReadonlySet<string>;
}

function checkPlaceholders(
  { text, field, list, filters }: Placeholders,
  parameters: readonly Parameter[],
): readonly Fault[] {
  const template = parseTemplate(text);
  const used = placeholderNames(template);
  const known = new Set(parameters.map(({ name }) => name));
  const foreign = template.parts.flatMap((part) =>
    part.kind === 'value' && part.filter !== undefined && !filters.has(part.filter) ? [`{{${part.filter} …}}`] : [],
  );
  return [
    ...[...template.unknown, ...foreign].map((found) => ({
      path: field,
      message: `"${found}" is no placeholder`,
      hint: `Placeholders are {{.name}}${[...filters].map((filter) => ` and {{${filter} .name}}`).join('')}.`,
    })),
    ...[...used]
      .filter((name) => !known.has(name))
      .map((name) => ({ path: field, message: `the placeholder "${name}" has no parameter in ${list}` })),
    ...parameters.flatMap(({ name }, index) =>
      used.has(name) ? [] : [{ path: `${list}[${index}].name`, message: `no placeholder of ${field} uses "${name}"` }],
    ),
  ];
}

/** What only shows with the source: throws `config_invalid`. */
export function checkWithSource(
  config: HttpToolConfig,
  parameters: readonly Parameter[],
  source: Pick<HttpSource, 'query' | 'headers' | 'account'>,
): void {
  const faults = [
    ...checkQueryNames(config, parameters, [...Object.keys(source.query), ...(source.account?.query ?? [])]),
    ...checkAccountHeaders(config, parameters, source.account?.headers),
    ...checkBodyType(config, source.headers),
  ];
  if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
}

/** The same parameter of a query twice would leave it to the service which of the two counts. */
function checkQueryNames(
  { path }: HttpToolConfig,
  parameters: readonly Parameter[],
  source_query: readonly string[],
): readonly Fault[] {
  const written = new URLSearchParams(path.includes('?') ? path.slice(path.indexOf('?') + 1) : '');
  const taken = new Set([...source_query, ...written.keys()]);
  return listOf(parameters, 'queryParams').flatMap(({ name }, index) =>
    taken.has(name)
      ? [{ path: `queryParams[${index}].name`, message: `"${name}" is set by the path or by the source already` }]
      : [],
  );
}

/** What stands in a header of the account comes from the account alone. */
function checkAccountHeaders(
  { headers }: HttpToolConfig,
  parameters: readonly Parameter[],
  taken: ReadonlySet<string> = new Set(),
): readonly Fault[] {
  const message = "is set from the caller's credential";
  return [
    ...Object.keys(headers)
      .filter((name) => taken.has(name.toLowerCase()))
      .map((name) => ({ path: `headers.${name}`, message })),
    ...listOf(parameters, 'headerParams').flatMap(({ name }, index) =>
      taken.has(name.toLowerCase()) ? [{ path: `headerParams[${index}].name`, message }] : [],
    ),
  ];
}

/** When the source says what bodies are, their form is another than was checked with the tool alone. */
function checkBodyType(
  { requestBody, headers }: HttpToolConfig,
  source_headers: HttpSource['headers'],
): readonly Fault[] {
  const type = headerOf(source_headers, 'content-type');
  if (requestBody === undefined || type === undefined || headerOf(headers, 'content-type') !== undefined) return [];
  const problem = bodyProblem(requestBody, bodyFormOf(type));
  return problem === undefined ? [] : [{ path: 'requestBody', message: `${problem} (the source says ${type})` }];
}
