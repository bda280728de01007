// "Did you mean …?": the names nearest to one that is unknown. Candidates must be names that the reader may know of.

/** Longer names are not compared: they come from outside, and the distance costs length times length. */
const longest_name = 64;
/** More candidates are not compared, for the same reason. */
const most_candidates = 1_000;
const most_listed = 10;

/**
 * Up to `max` candidates that could have been meant, nearest first: few edits apart (about one in three characters), or
 * one a part of the other. Case and separators do not count.
 */
export function nearestNames(name: string, candidates: Iterable<string>, max = 3): readonly string[] {
  if (name.length > longest_name) return [];
  const wanted = plainName(name);
  const tolerance = Math.max(1, Math.floor(wanted.length / 3));
  const near: { readonly candidate: string; readonly edits: number }[] = [];
  let considered = 0;
  for (const candidate of candidates) {
    if (++considered > most_candidates) break;
    if (candidate.length > longest_name) continue;
    const plain = plainName(candidate);
    const edits = Math.abs(plain.length - wanted.length) > tolerance ? Infinity : editDistance(wanted, plain);
    if (edits <= tolerance) near.push({ candidate, edits });
    else if (isPart(wanted, plain)) near.push({ candidate, edits: tolerance + 1 });
  }
  return near
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, max)
    .map(({ candidate }) => candidate);
}

/** A hint for an unknown name: `Did you mean "a" or "b"?`, or the valid names when none is near. */
export function nearHint(name: string, candidates: readonly string[]): string {
  const near = nearestNames(name, candidates);
  if (near.length > 0) return `Did you mean ${near.map((candidate) => `"${candidate}"`).join(' or ')}?`;
  return validNames(candidates);
}

/** `Valid: a, b, c.`, bounded. */
export function validNames(names: readonly string[]): string {
  if (names.length === 0) return 'There is none.';
  const more = names.length > most_listed ? ` and ${names.length - most_listed} more` : '';
  return `Valid: ${names.slice(0, most_listed).join(', ')}${more}.`;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[_.\s-]/g, '');
}

function isPart(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a));
}

/** Letters left out, added, replaced, or swapped with the next one ("optimal string alignment"), row by row. */
function editDistance(a: string, b: string): number {
  let above: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const is_swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = is_swapped ? (above[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    above = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
