// The source of a tool as one that runs SQL: what every SQL kind asks of the source that it was linked to.
import type { Source, SqlSource } from '../../catalog/source.ts';

/** The same source. `type`: the kind that asks, for the defect's sentence. */
export function sqlSource(type: string, source: Source | undefined): SqlSource {
  if (source === undefined || !('prepare' in source)) throw new TypeError(`${type} was linked to a source without SQL`);
  return source as SqlSource;
}
