// A statement with holes, `{{.name}}` and `{{array .name}}`, taken apart once: its fixed texts, its holes, and the skeleton
// in which an identifier of its own stands for every hole, so that the statement can be read like any other.

export interface Hole {
  readonly name: string;
  /** `{{array .name}}`: the items of a list, with commas between them. */
  readonly is_list: boolean;
  /** Where its identifier stands in the skeleton. */
  readonly start: number;
  readonly end: number;
}

export interface Template {
  /** One text more than there are holes. */
  readonly texts: readonly string[];
  readonly holes: readonly Hole[];
  readonly skeleton: string;
  /** Whatever else is between double braces, as written. */
  readonly unknown: readonly string[];
}

const braces = /\{\{([\s\S]*?)\}\}/g;
const hole = /^\s*(array\s+)?\.([\w-]+)\s*$/;

export function parseTemplate(statement: string): Template {
  const texts: string[] = [];
  const holes: Hole[] = [];
  const unknown: string[] = [];
  const base = unusedName(statement);
  let skeleton = '';
  let from = 0;
  for (const found of statement.matchAll(braces)) {
    const [whole, inside = ''] = found;
    const parts = hole.exec(inside);
    if (parts === null) {
      unknown.push(whole);
      continue;
    }
    const text = statement.slice(from, found.index);
    const start = skeleton.length + text.length;
    skeleton += `${text}${base}${holes.length}_`;
    texts.push(text);
    holes.push({ name: parts[2] ?? '', is_list: parts[1] !== undefined, start, end: skeleton.length });
    from = found.index + whole.length;
  }
  texts.push(statement.slice(from));
  return { texts, holes, skeleton: skeleton + statement.slice(from), unknown };
}

function unusedName(statement: string): string {
  let name = 'hole_';
  while (statement.includes(name)) name = `a_${name}`;
  return name;
}
