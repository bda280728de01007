// Look-ups of flights: every contestant answers the same requests over every way in.
import type { Flight } from './flights.ts';
import { countCalls, measureCells } from './measure-cells.ts';
import type { Cell, MeasureDeps } from './measure-cells.ts';
import type { BenchOptions } from './options.ts';
import { askForFlight } from './requests.ts';
import { verifyAnswers } from './verify-answers.ts';

interface LookupDeps extends MeasureDeps {
  readonly flights: readonly Flight[];
  readonly tell: (line: string) => void;
}

const verifiedFlights = 25;

/** Throws at the first wrong or missing answer. */
export async function runLookups(deps: LookupDeps, options: BenchOptions): Promise<readonly Cell[]> {
  const { contestants, calls, flights, tell } = deps;
  const { connections } = options;
  const cells: Cell[] = [];
  for (const face of options.faces) {
    const questions = flights.map((flight) => askForFlight(face, flight));
    for (const contestant of contestants) {
      countCalls(calls, contestant, await verifyAnswers(contestant, questions.slice(0, verifiedFlights)));
    }
    cells.push(...(await measureCells(deps, { variant: face, questions, connections, tell }, options)));
  }
  return cells;
}
