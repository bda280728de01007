// The body of a request: a template in which every value is written as what its place asks for, so that none can change the
// structure: in JSON a whole value or a piece of a string, in a form a piece of a value.
import type { Arguments } from '../../catalog/parameters.ts';
import { parseTemplate } from './template.ts';
import { writeJson } from '../../base/json.ts';
import { plainText } from './values.ts';

export type BodyForm = 'json' | 'form' | 'fixed';

/** A body that can be filled with values at every call. */
export interface BodyTemplate {
  readonly pieces: readonly BodyPiece[];
}

type BodyPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json' | 'in-string' | 'encoded'; readonly name: string; readonly filter: string | undefined };

/** By the media type that the request says it has: JSON when it says nothing. */
export function bodyFormOf(content_type: string | undefined): BodyForm {
  const type = content_type?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  return type === 'application/x-www-form-urlencoded' ? 'form' : 'fixed';
}

/** What is wrong with a body; undefined when nothing is. */
export function bodyProblem(written: string, form: BodyForm): string | undefined {
  const { parts } = parseTemplate(written);
  const has_values = parts.some((part) => part.kind === 'value');
  if (form === 'fixed') return has_values ? 'can have placeholders in JSON and in forms only' : undefined;
  if (form === 'form') return undefined;
  const { pieces } = compileBody(written, form);
  const sample = pieces
    .map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'json' ? 'null' : 'x'))
    .join('');
  if (pieces.some((piece) => piece.kind === 'in-string' && piece.filter === 'json')) {
    return 'must not have {{json .name}} inside quotes: write {{.name}} there, or leave the quotes out';
  }
  try {
    JSON.parse(sample);
    return isInsideKey(pieces) ? 'must not have placeholders in the names of a JSON object' : undefined;
  } catch {
    return 'is not JSON with placeholders in the places of values';
  }
}

export function compileBody(written: string, form: BodyForm): BodyTemplate {
  let in_string = false;
  const pieces = parseTemplate(written).parts.map((part): BodyPiece => {
    if (part.kind === 'text') {
      if (form === 'json') in_string = endsInString(part.text, in_string);
      return part;
    }
    return {
      kind: form === 'form' ? 'encoded' : in_string ? 'in-string' : 'json',
      name: part.name,
      filter: part.filter,
    };
  });
  return { pieces };
}

/** The body with its values. */
export function fillBody({ pieces }: BodyTemplate, args: Arguments): string {
  return pieces.map((piece) => fillPiece(piece, args)).join('');
}

function fillPiece(piece: BodyPiece, args: Arguments): string {
  if (piece.kind === 'text') return piece.text;
  const value = args[piece.name] ?? null;
  switch (piece.kind) {
    case 'json':
      return writeJson(value);
    case 'in-string':
      return JSON.stringify(plainText(value)).slice(1, -1);
    case 'encoded':
      return encodeURIComponent(plainText(value));
  }
}

/** Whether JSON text that began inside a string (or not) ends inside one. */
function endsInString(text: string, began: boolean): boolean {
  let inside = began;
  for (let at = 0; at < text.length; at += 1) {
    if (inside && text[at] === '\\') at += 1;
    else if (text[at] === '"') inside = !inside;
  }
  return inside;
}

/** Whether a value would become the name of a member, or a piece of it: two marked samples then differ in their names. */
function isInsideKey(pieces: readonly BodyPiece[]): boolean {
  const namesWith = (mark: string): string => {
    const names: string[] = [];
    const text = pieces
      .map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'json' ? 'null' : mark))
      .join('');
    JSON.parse(text, (key, value: unknown) => {
      names.push(key);
      return value;
    });
    return names.join('\n');
  };
  return namesWith('a') !== namesWith('b');
}
