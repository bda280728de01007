// The tables of the scenario of reloads.
import type { LoadFigures, ReloadFigures } from './reload-bench.ts';
import { table, withSpread } from './report.ts';
import { spread } from './statistics.ts';

/** One row per reload and server. */
export function reloadTable(all: readonly ReloadFigures[]): string {
  return table(
    [
      'reload',
      'server',
      'what changes',
      'seen after ms',
      'connections',
      'of the present source',
      'calls',
      'failed',
      'p99 ms',
      'slowest ms',
    ],
    all.flatMap(({ server, reloads }) =>
      reloads.map((reload, index) => [
        String(index + 1),
        server,
        reload.change,
        reload.seen_after_ms.toFixed(0),
        String(reload.connections),
        String(reload.connections_of_source),
        ...loadColumns(reload.load),
      ]),
    ),
  );
}

function loadColumns({ calls, failed, p99_ms, slowest_ms }: LoadFigures): readonly string[] {
  return [String(calls), String(failed), p99_ms.toFixed(2), slowest_ms.toFixed(0)];
}

/** One row per server. */
export function reloadSummary(all: readonly ReloadFigures[]): string {
  return table(
    [
      'server',
      'reloads',
      'seen after ms',
      'connections before',
      'most',
      'at the end',
      'failed calls',
      'p99 ms undisturbed',
      'p99 ms while reloading',
      'slowest ms',
    ],
    all.map(({ server, undisturbed, connections_before, reloads }) => [
      server,
      String(reloads.length),
      withSpread(spread(reloads.map(({ seen_after_ms }) => seen_after_ms)), 0),
      String(connections_before),
      String(Math.max(connections_before, ...reloads.map(({ connections }) => connections))),
      String(reloads.at(-1)?.connections ?? connections_before),
      String(reloads.reduce((sum, { load }) => sum + load.failed, undisturbed.failed)),
      undisturbed.p99_ms.toFixed(2),
      withSpread(spread(reloads.map(({ load }) => load.p99_ms)), 2),
      Math.max(...reloads.map(({ load }) => load.slowest_ms)).toFixed(0),
    ]),
  );
}
