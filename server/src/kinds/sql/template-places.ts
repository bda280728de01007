// Where the holes of a template stand: what may be put into a hole depends on it.
import type { SqlSyntax } from '../../catalog/source.ts';
import type { Hole, Template } from './parse-template.ts';
import { locateSql } from './scan-sql.ts';
import type { LocatedToken } from './scan-sql.ts';

/**
 * `whole`: a token by itself. `part`: in the midst of a word, `events_{{.year}}`; `start`: at its beginning.
 * `enclosed`: inside quotes or a comment. `stuck`: touching something that could change its meaning, such as a quote.
 */
export interface HolePlace {
  readonly kind: 'whole' | 'part' | 'start' | 'enclosed' | 'stuck';
  /** Whether a literal in quotes stands before or after it, since databases make one of two of them, or `U&` before it. */
  readonly beside_text: boolean;
  /** Whether a minus is the character before it: two of them begin a comment. */
  readonly after_minus: boolean;
  /** Whether a dot follows: it would belong to a number. */
  readonly before_dot: boolean;
}

export function placesOf(template: Template, syntax: SqlSyntax): readonly HolePlace[] {
  const tokens = locateSql(template.skeleton, syntax);
  return template.holes.map((hole) => placeOf(hole, { skeleton: template.skeleton, tokens }));
}

interface Scanned {
  readonly skeleton: string;
  readonly tokens: readonly LocatedToken[];
}

function placeOf(hole: Hole, { skeleton, tokens }: Scanned): HolePlace {
  const index = tokens.findIndex(({ start, end }) => start <= hole.start && hole.end <= end);
  const seen = (step: 1 | -1): LocatedToken | undefined => {
    for (let at = index + step; at in tokens; at += step) if (tokens[at]?.kind !== 'comment') return tokens[at];
    return undefined;
  };
  return {
    kind: kindOf(hole, index, { skeleton, tokens }),
    beside_text: seen(-1)?.kind === 'text' || seen(1)?.kind === 'text' || /u&$/i.test(skeleton.slice(0, hole.start)),
    after_minus: skeleton.charAt(hole.start - 1) === '-',
    before_dot: skeleton.charAt(hole.end) === '.',
  };
}

/** What would make a placeholder or a variable of the word after it, or a number of one. */
const before = /[$@\\]$|[\d.]e[+-]$/i;
const after = /^[$@\\]/;
/** What a hole may touch. */
const apart: readonly (LocatedToken['kind'] | undefined)[] = ['other', 'open', 'semicolon', 'comment', undefined];

function kindOf(hole: Hole, index: number, { skeleton, tokens }: Scanned): HolePlace['kind'] {
  const token = tokens[index];
  if (token === undefined) return 'stuck';
  const { kind, start, end } = token;
  // A dollar-quoted text ends where its tag comes again, and a value may hold a dollar.
  if (kind === 'text' && skeleton.charAt(start) === '$') return 'stuck';
  if (kind === 'text' || kind === 'quoted' || kind === 'comment') return 'enclosed';
  const touched = [
    tokens[index - 1]?.end === start ? tokens[index - 1]?.kind : undefined,
    tokens[index + 1]?.start === end ? tokens[index + 1]?.kind : undefined,
  ];
  if (kind !== 'word' || !touched.every((each) => apart.includes(each))) return 'stuck';
  if (before.test(skeleton.slice(0, start)) || after.test(skeleton.slice(end))) return 'stuck';
  if (hole.start > start) return 'part';
  return hole.end === end ? 'whole' : 'start';
}
