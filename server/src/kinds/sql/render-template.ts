// Puts the values of a call into the holes of a statement, and keeps the statements that came of it.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Arguments, Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect, SqlSource, SqlStatement } from '../../catalog/source.ts';
import { parseTemplate } from './parse-template.ts';
import { renderValue } from './render-value.ts';
import type { HoleUse } from './render-value.ts';
import { placesOf } from './template-places.ts';

export interface TemplateTool {
  /** Name of the tool, for refusals. */
  readonly name: string;
  readonly statement: string;
  /** All of the tool, the templates last. */
  readonly parameters: readonly Parameter[];
  readonly dialect: SqlDialect;
}

/** The statement of a call as a function of its arguments. Throws `arguments_invalid`. */
export function createRenderer({ name, statement, parameters, dialect }: TemplateTool): (args: Arguments) => string {
  const template = parseTemplate(statement);
  const places = placesOf(template, dialect.syntax);
  const uses = template.holes.map((hole, index): HoleUse => {
    const parameter = parameters.find((each) => each.name === hole.name && each.template !== undefined);
    const place = places[index];
    if (parameter === undefined || place === undefined) throw new TypeError(`{{.${hole.name}}} was not checked`);
    return { parameter, place, dialect };
  });
  const bound = parameters.filter((parameter) => parameter.template === undefined);
  const is_unsafe = uses.some(({ parameter }) => parameter.template?.unsafe === true);
  const refuse = (faults: readonly Fault[]): ToolcribError =>
    new ToolcribError('arguments_invalid', { params: { tool: name }, faults });

  return (args) => {
    const faults: Fault[] = [];
    let text = template.texts[0] ?? '';
    for (const [index, use] of uses.entries()) {
      const rendered = renderValue(args[use.parameter.name] ?? null, use);
      if ('refused' in rendered) {
        const { path, ...fault } = rendered.refused;
        faults.push({ path: `${use.parameter.name}${path}`, ...fault });
      } else text += rendered.text + (template.texts[index + 1] ?? '');
    }
    if (faults.length > 0) throw refuse(faults);
    // Nothing that was put in can have changed it; this is the second look.
    const broken = is_unsafe ? [] : dialect.check(text, bound);
    if (broken.length > 0)
      throw refuse(uses.map(({ parameter }) => ({ path: parameter.name, message: 'breaks the statement' })));
    return text;
  };
}

/** The statements of one tool by their text; the one used longest ago makes room. */
export function createStatementCache(
  source: SqlSource,
  bound: { readonly parameters: readonly Parameter[]; readonly read_only: boolean },
): (text: string) => SqlStatement {
  const statements = new Map<string, SqlStatement>();
  return (text) => {
    const statement = statements.get(text) ?? source.prepare({ text, ...bound });
    statements.delete(text);
    statements.set(text, statement);
    const [oldest] = statements.keys();
    if (statements.size > limits.template_statements && oldest !== undefined) statements.delete(oldest);
    return statement;
  };
}
