// Before anything is timed: the whole answers of a contestant are read and compared with what is in the table.
import type { Contestant } from './contestant.ts';
import { isStateless, writeRequest } from './requests.ts';
import type { Face, Question } from './requests.ts';

/** Throws Error with the first difference. Returns the number of calls made. */
export async function verifyAnswers(contestant: Contestant, questions: readonly Question[]): Promise<number> {
  for (const question of questions) {
    const { face, flight } = question;
    const { path, headers, body } = writeRequest(question);
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
  return questions.length;
}

interface FlightRow {
  readonly airline: string;
  readonly flight_number: string;
  readonly leg: string;
}

interface McpAnswer {
  readonly result?: { readonly content: readonly { readonly text: string }[]; readonly resultType?: string };
}

/** None when the answer is not of the revision that was asked for. */
function rowsOf(face: Face, text: string): readonly FlightRow[] {
  if (face === 'native') return JSON.parse((JSON.parse(text) as { result: string }).result) as FlightRow[];
  const { result } = JSON.parse(text) as McpAnswer;
  // Every result of 2026-07-28 says what type it is; those of older revisions say nothing.
  if (result?.resultType !== (isStateless(face) ? 'complete' : undefined)) return [];
  return (result?.content ?? []).map((item) => JSON.parse(item.text) as FlightRow);
}
