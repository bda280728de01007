// A value as the text that goes into a hole of a statement: quoted, an identifier, a literal, or refused. What it gives
// never changes what the rest of the statement means, unless the author has said `unsafe`.
import { describeValue } from '../../catalog/describe-value.ts';
import type { ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect } from '../../catalog/source.ts';
import type { HolePlace } from './template-places.ts';

export interface HoleUse {
  readonly parameter: Parameter;
  readonly place: HolePlace;
  readonly dialect: Pick<SqlDialect, 'quote'>;
}

export type Rendered = { readonly text: string } | { readonly refused: ValueRefusal };

export interface ValueRefusal {
  /** Place inside the value: `[2]`, or nothing. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

const identifier = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*){0,2}$/;
/** What ends quotes or comments, begins others, or escapes. */
const closing = /['"`\\$*/[\]\p{C}\p{Z}]/u;

/** Whether a text that is put inside quotes or a comment stays inside. */
export function staysInside(text: string): boolean {
  return !closing.test(text.replaceAll(' ', ''));
}

export function renderValue(value: ArgumentValue, use: HoleUse): Rendered {
  if (!isList(value)) return renderScalar(value, use.parameter, use);
  const items = use.parameter.items ?? use.parameter;
  const { template } = use.parameter;
  const allowed = [...literals(items), ...literals(use.parameter)];
  const item = { ...items, ...(template === undefined ? {} : { template }), constraints: { allowed_values: allowed } };
  if (value.length === 0) return refuse('the list is empty', 'Give at least one item.');
  const texts: string[] = [];
  for (const [index, entry] of value.entries()) {
    const rendered = renderScalar(entry, item, use);
    if ('refused' in rendered) return { refused: { ...rendered.refused, path: `[${index}]${rendered.refused.path}` } };
    texts.push(rendered.text);
  }
  return { text: texts.join(', ') };
}

function renderScalar(value: ArgumentValue, parameter: Parameter, { place, dialect }: HoleUse): Rendered {
  const { unsafe = false, escape } = parameter.template ?? {};
  switch (typeof value) {
    case 'string':
      if (unsafe) return { text: value };
      return escape === undefined
        ? renderName(value, parameter, place)
        : accept(dialect.quote(value, escape), 'the text cannot be quoted');
    case 'number':
    case 'bigint':
      return unsafe ? { text: String(value) } : renderNumber(String(value), place);
    case 'boolean':
      return { text: String(value) };
    default:
      return refuse(
        `expected a text, a number, true or false, got ${describeValue(value)}`,
        'It goes into the text of the statement.',
      );
  }
}

function renderName(value: string, parameter: Parameter, place: HolePlace): Rendered {
  const is_own = literals(parameter).includes(value);
  const fits = is_own || identifier.test(value);
  if (fits && (place.kind !== 'enclosed' || staysInside(value))) return { text: value };
  return refuse(
    `${describeValue(value)} is no identifier`,
    'Letters, digits and "_", not beginning with a digit; up to three such names with a dot between them.',
  );
}

/** A sign or a point in the midst of a word would end it. */
function renderNumber(text: string, { kind, after_minus }: HolePlace): Rendered {
  if (kind === 'part' && !/^\d+$/.test(text)) {
    return refuse(`the number ${text} cannot be part of a name`, 'Digits only.');
  }
  return { text: after_minus && text.startsWith('-') ? ` ${text}` : text };
}

/** The values of the author: they are put in as written. */
export function literals(parameter: Parameter): readonly string[] {
  return (parameter.constraints?.allowed_values ?? []).filter((allowed) => typeof allowed === 'string');
}

function accept(text: string | undefined, message: string): Rendered {
  return text === undefined ? refuse(message, 'Leave out its control characters.') : { text };
}

function refuse(message: string, hint: string): Rendered {
  return { refused: { path: '', message, hint } };
}

function isList(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}
