// Before anything is timed: the whole answers of a contestant are read and compared with what is in the table.
import type { Contestant } from './contestant.ts';
import type { Flight } from './flights.ts';
import { flightRequest } from './requests.ts';
import type { Face } from './requests.ts';

/** Throws Error with the first difference. Returns the number of calls made. */
export async function verifyAnswers(contestant: Contestant, face: Face, flights: readonly Flight[]): Promise<number> {
  for (const flight of flights) {
    const { path, headers, body } = flightRequest(face, flight);
    const response = await fetch(`http://127.0.0.1:${contestant.port}${path}`, {
      method: 'POST',
      headers: { ...headers, ...contestant.headers },
      body,
    });
    const text = await response.text();
    const expected = flight.legs.map((leg) => `${flight.airline} ${flight.flight_number} ${leg}`);
    const actual = response.ok ? rowsOf(face, text).map((row) => `${row.airline} ${row.flight_number} ${row.leg}`) : [];
    if (actual.toSorted().join() !== expected.toSorted().join()) {
      throw new Error(`${contestant.name}, ${face}: wrong answer (status ${response.status}): ${text.slice(0, 500)}`);
    }
  }
  return flights.length;
}

interface FlightRow {
  readonly airline: string;
  readonly flight_number: string;
  readonly leg: string;
}

function rowsOf(face: Face, text: string): readonly FlightRow[] {
  if (face === 'native') return JSON.parse((JSON.parse(text) as { result: string }).result) as FlightRow[];
  const { result } = JSON.parse(text) as { result?: { content: readonly { text: string }[] } };
  return (result?.content ?? []).map((item) => JSON.parse(item.text) as FlightRow);
}
