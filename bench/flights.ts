// The table that is asked, the file that offers it as a tool, and the flights that the load asks for.
import { Client } from 'pg';
import type { DatabaseAddress } from './database.ts';

export interface Flight {
  readonly airline: string;
  readonly flight_number: string;
  /** One text per row of the right answer, unique in the table. */
  readonly legs: readonly string[];
}

const airlines = 'AA AF AY BA CX CY DL EK ET IB JL KL LH LO LX NH OS QF QR SK SQ TK TP UA VY'.split(' ');
const numbersPerAirline = 2_000;
const days = ['2026-05-01', '2026-05-02'] as const;

/** 25 airlines × 2,000 numbers × 2 days. */
export const flightRows = airlines.length * numbersPerAirline * days.length;

/** Makes and fills the table `flights`, with the index that a careful owner would give it. */
export async function createFlights(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      CREATE TABLE flights (
        id integer PRIMARY KEY, airline text NOT NULL, flight_number text NOT NULL, leg text NOT NULL,
        departure_airport text NOT NULL, arrival_airport text NOT NULL,
        departure_time timestamp NOT NULL, arrival_time timestamp NOT NULL,
        departure_gate text, arrival_gate text
      )`);
    await client.query(
      `INSERT INTO flights
       SELECT row_number() OVER (), airline, number::text, airline || number || '.' || replace(day, '-', ''),
         'SFO', CASE number % 3 WHEN 0 THEN 'JFK' WHEN 1 THEN 'LAX' ELSE 'DEN' END,
         day::timestamp + number * interval '30 seconds', day::timestamp + number * interval '30 seconds' + interval '5 hours',
         chr(65 + number % 6) || (number % 40), NULL
       FROM unnest($1::text[]) AS airline, unnest($2::text[]) AS day, generate_series(1, $3::integer) AS number`,
      [airlines, days, numbersPerAirline],
    );
    await client.query('CREATE INDEX ON flights (airline, flight_number)');
    await client.query('VACUUM ANALYZE flights');
  } finally {
    await client.end();
  }
}

/** Different flights spread over the whole table, in an order that is the same in every run. */
export function chooseFlights(count: number): readonly Flight[] {
  const total = airlines.length * numbersPerAirline;
  // A step without common divisor with the total visits everything once, far apart.
  const step = 7_919;
  return Array.from({ length: count }, (_, index) => {
    const place = (index * step) % total;
    const airline = airlines[place % airlines.length] ?? '';
    const flight_number = String(Math.floor(place / airlines.length) + 1);
    return {
      airline,
      flight_number,
      legs: days.map((day) => `${airline}${flight_number}.${day.replaceAll('-', '')}`),
    };
  });
}

/** The `sources` of a catalogue with this one database. */
export function sourceText(name: string, address: DatabaseAddress): string {
  return `sources:
  ${name}:
    kind: postgres
    host: ${address.host}
    port: ${address.port}
    database: ${address.database}
    user: ${address.user}
    password: ${address.password}
`;
}

/** The catalogue that every contestant gets, word for word the same. */
export function flightsCatalogue(address: DatabaseAddress): string {
  return `${sourceText('my-pg-instance', address)}tools:
  search_flights_by_number:
    kind: postgres-sql
    source: my-pg-instance
    statement: |
      SELECT * FROM flights
      WHERE airline = $1
      AND flight_number = $2
      LIMIT 10
    description: |
      Use this tool to get information for a specific flight.
      Takes an airline code and flight number and returns info on the flight.
    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
      - name: flight_number
        type: string
        description: 1 to 4 digit number
`;
}
