// Holes in Cypher, `{{.label}}`, for what no parameter can stand for: labels, types and property keys. A value becomes one
// word or one name in backticks, or is refused; the statement around it never changes.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { ArgumentValue, Arguments, EscapeStyle, Parameter } from '../../catalog/parameters.ts';
import { parseTemplate } from '../sql/parse-template.ts';
import type { Hole, Template } from '../sql/parse-template.ts';
import { literals, renderValue } from '../sql/render-value.ts';
import type { Rendered } from '../sql/render-value.ts';
import { scanCypher } from './scan-cypher.ts';

const whole = { kind: 'whole', beside_text: false, after_minus: false, before_dot: false } as const;

/** In backticks; undefined for the other quotes, which are those of values, and for what a name cannot hold. */
function quote(text: string, style: EscapeStyle): string | undefined {
  // Some versions of Neo4j replace \u0060 by a backtick before they look for backticks.
  if (style !== 'backticks' || text === '' || /[\\\0]/.test(text)) return undefined;
  return `\`${text.replaceAll('`', '``')}\``;
}

/** Faults of holes and template parameters; `parameters` are all of the tool. */
export function checkCypherTemplate(template: Template, parameters: readonly Parameter[]): readonly Fault[] {
  const templates = parameters.filter((parameter) => parameter.template !== undefined);
  const unknown = template.unknown.map(() => ({
    path: 'statement',
    message: 'There are double braces that are no hole',
    hint: 'Only {{.name}} is known.',
  }));
  const holes = template.holes.flatMap((hole) => {
    const at = templates.findIndex(({ name }) => name === hole.name);
    return checkHole(template, hole, { parameter: templates[at], path: `templateParameters[${at}]` });
  });
  return [...unknown, ...holes, ...templates.flatMap((parameter, at) => checkParameter(template, parameter, at))];
}

function checkHole(
  template: Template,
  hole: Hole,
  { parameter, path }: { readonly parameter: Parameter | undefined; readonly path: string },
): readonly Fault[] {
  const written = `{{.${hole.name}}}`;
  if (parameter === undefined) {
    const hint = 'Define it in templateParameters. Values are parameters: write $name.';
    return [{ path: 'statement', message: `${written} has no template parameter`, hint }];
  }
  if (hole.is_list || parameter.type === 'array') {
    return [{ path: 'statement', message: `${written} is a list`, hint: 'In Cypher, a hole takes one name.' }];
  }
  const { unsafe = false, escape } = parameter.template ?? {};
  if (unsafe) return [];
  if (escape !== undefined && escape !== 'backticks') {
    const hint = 'Names are quoted with backticks; a value is a parameter, $name.';
    return [{ path: `${path}.escape`, message: `Cypher has no names in ${escape}`, hint }];
  }
  const name = template.skeleton.slice(hole.start, hole.end);
  const touched = template.skeleton.slice(Math.max(0, hole.start - 1), hole.end + 1);
  const stands = scanCypher(template.skeleton).some((token) => token.kind === 'word' && token.text === name);
  if (stands && !/[$\\'"`]/.test(touched)) return [];
  const hint = 'Put it by itself, without quotes, $ or letters around it: (n:{{.label}}).';
  return [{ path: 'statement', message: `${written} is no word of its own`, hint }];
}

function checkParameter(
  template: Template,
  { name, required, default: preset }: Parameter,
  at: number,
): readonly Fault[] {
  const path = `templateParameters[${at}]`;
  const hint = `Write {{.${name}}} where its value belongs, or remove it.`;
  const unused = template.holes.some((hole) => hole.name === name)
    ? []
    : [{ path, message: `The statement does not use the template parameter "${name}"`, hint }];
  const never = required || preset !== undefined;
  return never
    ? unused
    : [...unused, { path, message: 'a template parameter must always have a value', hint: 'Make it required.' }];
}

/** The statement of a call as a function of its arguments. Throws `arguments_invalid`. */
export function createCypherRenderer(
  tool: string,
  statement: string,
  parameters: readonly Parameter[],
): (args: Arguments) => string {
  const { texts, holes } = parseTemplate(statement);
  return (args) => {
    const faults: Fault[] = [];
    let text = texts[0] ?? '';
    for (const [index, hole] of holes.entries()) {
      const parameter = parameters.find((each) => each.name === hole.name && each.template !== undefined);
      if (parameter === undefined) throw new TypeError(`{{.${hole.name}}} was not checked`);
      const rendered = render(args[hole.name] ?? null, parameter);
      if ('refused' in rendered) faults.push({ ...rendered.refused, path: hole.name });
      else text += rendered.text + (texts[index + 1] ?? '');
    }
    if (faults.length > 0) throw new ToolcribError('arguments_invalid', { params: { tool }, faults });
    return text;
  };
}

function render(value: ArgumentValue, parameter: Parameter): Rendered {
  const rendered = renderValue(value, { parameter, place: whole, dialect: { quote } });
  // What the author wrote may be more than one word.
  const is_own =
    parameter.template?.unsafe === true || (typeof value === 'string' && literals(parameter).includes(value));
  if ('refused' in rendered || is_own || isOneToken(rendered.text)) return rendered;
  return { refused: { path: '', message: 'expected one name', hint: 'Letters, digits and "_".' } };
}

/** Not even a space or a comment beside it. */
function isOneToken(text: string): boolean {
  return scanCypher(text).length === 1 && !/^\s|\s$/.test(text);
}
