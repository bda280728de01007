// The text of a tool file into the flat format: a document per entity, comments kept. Whatever comes out is read again and
// must mean the same, else nothing comes out.
import { LineCounter, Parser, isMap, parseAllDocuments } from 'yaml';
import type { CST, Document } from 'yaml';
import type { Fault } from '../base/errors.ts';
import { canonicalJson } from '../base/json.ts';
import { flattenDocument } from './flatten-document.ts';
import { toPlain } from './located.ts';
import type { Entity } from './split-entities.ts';
import { splitFile } from './split-file.ts';

export type MigratedText =
  | { readonly kind: 'migrated'; readonly text: string }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] };

/** `file` as faults name it. */
export function migrateText(text: string, file: string): MigratedText {
  const before = splitFile(text, file);
  if (before.unreadable.length > 0) return { kind: 'refused', faults: before.unreadable };
  // Line ends are the file's own business: they are put back at the end.
  const unix = text.replaceAll('\r\n', '\n');
  const counter = new LineCounter();
  const options = { uniqueKeys: false, intAsBigInt: true, logLevel: 'silent', lineCounter: counter } as const;
  const documents = [...parseAllDocuments(unix, options)] as readonly Document.Parsed[];
  if (!documents.some((document) => isMapFormat(document))) return { kind: 'unchanged' };
  const comments = commentsOf(unix);
  const parts = documents.flatMap((document, index) => {
    const start = index === 0 ? 0 : document.range[0];
    const end = documents[index + 1]?.range[0] ?? unix.length;
    if (!isMapFormat(document)) return [unix.slice(start, end)];
    return flattenDocument({ text: unix, start, end, document, counter, comments });
  });
  const migrated = join(parts);
  const after = splitFile(migrated, file);
  const is_same = meaningOf(before.entities) === meaningOf(after.entities) && after.unreadable.length === 0;
  const is_complete = commentsOf(migrated).length === comments.length;
  if (!is_same || !is_complete) {
    const message = `the file cannot be converted without ${is_same ? 'losing comments' : 'changing what it means'}`;
    return { kind: 'refused', faults: [{ path: '', message, hint: 'Write it with one entry per line.', file }] };
  }
  return { kind: 'migrated', text: text.includes('\r\n') ? migrated.replaceAll('\n', '\r\n') : migrated };
}

function isMapFormat({ contents }: Document.Parsed): boolean {
  return isMap(contents) && !contents.has('kind');
}

function join(parts: readonly string[]): string {
  return parts.reduce((joined, part) => {
    const separated = joined === '' || /^---(\s|$)/.test(part) ? part : `---\n${part}`;
    return `${joined}${separated.endsWith('\n') ? separated : `${separated}\n`}`;
  }, '');
}

function commentsOf(text: string): readonly { readonly offset: number; readonly source: string }[] {
  const comments: { offset: number; source: string }[] = [];
  const visit = (token: unknown): void => {
    if (Array.isArray(token)) return token.forEach((item) => visit(item));
    if (typeof token !== 'object' || token === null) return;
    const { type, offset, source } = token as Partial<CST.SourceToken>;
    if (type === 'comment' && offset !== undefined && source !== undefined) comments.push({ offset, source });
    for (const value of Object.values(token)) if (typeof value === 'object') visit(value);
  };
  visit([...new Parser().parse(text)]);
  return comments.toSorted((a, b) => a.offset - b.offset);
}

/** What the entities say, in one form for both formats. */
function meaningOf(entities: readonly Entity[]): string {
  return canonicalJson(
    entities.map(({ entity, name, body }) => {
      const plain = toPlain(body);
      if (Array.isArray(plain)) return [entity, name, { tools: plain }];
      if (typeof plain !== 'object' || plain === null) return [entity, name, plain];
      const { kind, ...fields } = plain as Record<string, unknown>;
      return [entity, name, { ...fields, ...(kind === undefined ? {} : { type: kind }) }];
    }),
  );
}
