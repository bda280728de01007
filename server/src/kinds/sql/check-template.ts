// The faults of a statement with holes that can be found at load: holes and parameters that do not agree, and places in
// which no value would be safe.
import type { Fault } from '../../base/errors.ts';
import { escapeStyles } from '../../catalog/parameters.ts';
import type { EscapeStyle, Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect } from '../../catalog/source.ts';
import type { Hole, Template } from './parse-template.ts';
import { literals, renderValue, staysInside } from './render-value.ts';
import { placesOf } from './template-places.ts';
import type { HolePlace } from './template-places.ts';

interface HoleCheck {
  readonly hole: Hole;
  readonly place: HolePlace;
  readonly parameter: Parameter;
  /** Path of the parameter. */
  readonly path: string;
  readonly dialect: SqlDialect;
}

/** `parameters`: all of the tool, the templates last. */
export function checkTemplate(
  template: Template,
  parameters: readonly Parameter[],
  dialect: SqlDialect,
): readonly Fault[] {
  const templates = parameters.filter((parameter) => parameter.template !== undefined);
  if (templates.length === 0 && template.holes.length === 0) return [];
  const places = placesOf(template, dialect.syntax);
  const faults = template.unknown.map((written) => ({
    path: 'statement',
    message: `${shown(written)} is no template parameter`,
    hint: 'Only {{.name}} and {{array .name}} are known; put conditions and loops into the SQL, or make two tools.',
  }));
  const hole_faults = template.holes.flatMap((hole, index) => {
    const at = templates.findIndex(({ name }) => name === hole.name);
    const parameter = templates[at];
    const place = places[index];
    if (parameter === undefined || place === undefined) return [noParameter(hole, parameters)];
    return checkHole({ hole, place, parameter, path: `templateParameters[${at}]`, dialect });
  });
  return [...faults, ...distinct(hole_faults), ...templates.flatMap((each, at) => checkParameter(each, at, template))];
}

function noParameter({ name, is_list }: Hole, parameters: readonly Parameter[]): Fault {
  const bound = parameters.some((parameter) => parameter.name === name && parameter.template === undefined);
  return {
    path: 'statement',
    message: `${is_list ? `{{array .${name}}}` : `{{.${name}}}`} has no template parameter`,
    hint: bound
      ? `"${name}" is a bound parameter: write its placeholder, or define it in templateParameters.`
      : 'Define it in templateParameters, or correct the name.',
  };
}

function checkParameter(parameter: Parameter, at: number, { holes }: Template): readonly Fault[] {
  const path = `templateParameters[${at}]`;
  const { name, type, required } = parameter;
  const faults: Fault[] = [];
  if (!holes.some((hole) => hole.name === name)) {
    const written = type === 'array' ? `{{array .${name}}}` : `{{.${name}}}`;
    faults.push({
      path,
      message: `The statement does not use the template parameter "${name}"`,
      hint: `Write ${written} where its value belongs, or remove it.`,
    });
  }
  if (!required && parameter.default === undefined) {
    faults.push({
      path,
      message: 'a template parameter must always have a value',
      hint: 'Make it required, or give it a default.',
    });
  }
  return faults;
}

function checkHole(check: HoleCheck): readonly Fault[] {
  const { hole, place, parameter, path, dialect } = check;
  const is_list = parameter.type === 'array';
  if (is_list !== hole.is_list) {
    const hint = is_list ? `Write {{array .${hole.name}}}.` : `Write {{.${hole.name}}}.`;
    return [{ path: 'statement', message: `"${hole.name}" is ${is_list ? 'a' : 'no'} list`, hint }];
  }
  const { escape, unsafe = false } = parameter.template ?? {};
  if (unsafe) return [];
  const place_fault = escape === undefined ? bareFault(check) : escapedFault(escape, check);
  if (place_fault !== undefined) return [place_fault];
  if (parameter.default === undefined) return [];
  const rendered = renderValue(parameter.default, { parameter, place, dialect });
  return 'text' in rendered ? [] : [{ ...rendered.refused, path: `${path}.default${rendered.refused.path}` }];
}

function escapedFault(escape: EscapeStyle, { hole, place, parameter, path, dialect }: HoleCheck): Fault | undefined {
  const type = parameter.type === 'array' ? parameter.items?.type : parameter.type;
  if (type !== 'string') {
    return { path: `${path}.escape`, message: 'only texts can be quoted', hint: 'Remove the field.' };
  }
  if (dialect.quote('a', escape) === undefined) {
    const styles = escapeStyles.filter((style) => dialect.quote('a', style) !== undefined);
    return {
      path: `${path}.escape`,
      message: `this database has no ${escape}`,
      hint: `Use one of: ${styles.join(', ')}.`,
    };
  }
  if (place.kind === 'whole' && !place.beside_text) return undefined;
  return {
    path: 'statement',
    message: `{{.${hole.name}}} is quoted already and stands ${place.kind === 'enclosed' ? 'inside quotes or a comment' : 'beside other text'}`,
    hint: 'Its value could break out. Put it by itself, without quotes around it.',
  };
}

function bareFault({ hole, place, parameter, path }: HoleCheck): Fault | undefined {
  const stuck = {
    path: 'statement',
    message: `{{.${hole.name}}} touches something that could change its meaning`,
    hint: 'Put spaces around it; no value is safe in a dollar-quoted text or in a placeholder.',
  };
  if (place.kind === 'stuck') return stuck;
  if (place.kind === 'enclosed') {
    const index = literals(parameter).findIndex((value) => !staysInside(value));
    if (index < 0) return undefined;
    return {
      path: `${path}.allowedValues[${index}]`,
      message: 'could end the quotes or the comment in which the value stands',
      hint: 'Take the value out of the quotes, or bind it as a parameter.',
    };
  }
  // A number neither begins a word nor stands before a dot, and the comma of a list would end a word.
  const fits =
    place.kind === 'whole'
      ? isWord(parameter) || !place.before_dot
      : parameter.type !== 'array' && (place.kind === 'part' || isWord(parameter));
  return fits ? undefined : stuck;
}

function isWord({ type }: Parameter): boolean {
  return type === 'string' || type === 'boolean';
}

/** A parameter may be used in several holes; what is wrong with it is told once. */
function distinct(faults: readonly Fault[]): readonly Fault[] {
  return faults.filter(
    (fault, index) =>
      faults.findIndex(({ path, message }) => path === fault.path && message === fault.message) === index,
  );
}

function shown(written: string): string {
  return written.length <= 40 ? written : `${written.slice(0, 39)}…`;
}
