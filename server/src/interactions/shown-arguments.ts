// The arguments of a call as a person reads them before saying yes: nothing hidden, nothing that looks like something else.
import { limits } from '../base/limits.ts';

/**
 * JSON with sorted keys, one value per line. Whatever a screen would not show, or would show elsewhere, is written as its
 * code: control characters, joiners, directions, odd spaces, tags, private and unassigned characters.
 */
export function shownArguments(args: unknown): string {
  return cutMiddle(write(args, ''), limits.approval_arguments_characters);
}

const step = '  ';

function write(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => `${indent}${step}${write(item, indent + step)}`);
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return writeString(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${indent}${step}${writeString(key)}: ${write(item, indent + step)}`);
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}

/** Every space but the usual one counts as unseen: a row of them pushes the rest out of sight. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|[\u2800\u3164\uFFA0]/gu;

function writeString(text: string): string {
  return JSON.stringify(text).replaceAll(unseen, (sign) => codeOf(sign.codePointAt(0) ?? 0));
}

function codeOf(point: number): string {
  return point > 0xff_ff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`;
}

/** Both ends stay: what is dangerous is often put last. */
function cutMiddle(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const half = Math.floor(characters / 2);
  // No half of a surrogate pair stays at the cut.
  const head = text
    .slice(0, half)
    .toWellFormed()
    .replace(/\uFFFD$/u, '');
  const tail = text
    .slice(-half)
    .toWellFormed()
    .replace(/^\uFFFD/u, '');
  const cut = text.length - head.length - tail.length;
  return `${head}\n\n[… ${cut} CHARACTERS ARE NOT SHOWN HERE. Say yes only if you know what they are. …]\n\n${tail}`;
}
