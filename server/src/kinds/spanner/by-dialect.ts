// Kinds of tool whose statement or check depends on the dialect of the source that they get.
import type { Fault } from '../../base/errors.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { Source } from '../../catalog/source.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import type { SpannerSource } from './spanner-source.ts';
import type { SpannerDialect } from './spanner-types.ts';

/**
 * One kind of the kinds for each dialect. A file is checked before the source is known: what is sound in one dialect may
 * be meant, and of what is sound in none the faults of the likelier one are told. What is prepared is checked in the source's.
 */
export function byDialect<Config>(
  kinds: Readonly<Record<SpannerDialect, ToolKind<Config>>>,
  likelier: (config: Config) => SpannerDialect,
): ToolKind<Config> {
  return {
    ...kinds.googlesql,
    check: (config, tool) => {
      const faults = Object.values(kinds).map((kind) => kind.check(config, tool));
      return faults.some((found) => found.length === 0) ? [] : kinds[likelier(config)].check(config, tool);
    },
    prepare: (config, tool) => {
      const dialect = sourceDialect(tool.source);
      const faults = kinds[dialect].check(config, tool);
      if (faults.length > 0) throw notInDialect(dialect, faults);
      return kinds[dialect].prepare(config, tool);
    },
  };
}

function notInDialect(dialect: SpannerDialect, faults: readonly Fault[]): ToolcribError {
  const named = faults.map((fault) => ({ ...fault, message: `${fault.message} (the source's dialect is ${dialect})` }));
  return new ToolcribError('config_invalid', { params: { count: faults.length }, faults: named });
}

function sourceDialect(source: Source | undefined): SpannerDialect {
  if (source === undefined || !('dialect' in source))
    throw new TypeError('A Spanner tool was linked to another source');
  return (source as SpannerSource).dialect;
}
