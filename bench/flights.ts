// What is in the table that is asked, the file that offers it as a tool, and the flights that the load asks for.
import type { DatabaseAddress } from './database.ts';

export interface Flight {
  readonly airline: string;
  readonly flight_number: string;
  /** One text per row of the right answer, unique in the table. */
  readonly legs: readonly string[];
}

export const airlines = 'AA AF AY BA CX CY DL EK ET IB JL KL LH LO LX NH OS QF QR SK SQ TK TP UA VY'.split(' ');
export const numbersPerAirline = 2_000;
export const days = ['2026-05-01', '2026-05-02'] as const;

/** 25 airlines × 2,000 numbers × 2 days. */
export const flightRows = airlines.length * numbersPerAirline * days.length;

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
export function sourceText(name: string, address: DatabaseAddress, application_name?: string): string {
  const named = application_name === undefined ? '' : `    queryParams: {application_name: ${application_name}}\n`;
  return `sources:
  ${name}:
    kind: postgres
    host: ${address.host}
    port: ${address.port}
    database: ${address.database}
    user: ${address.user}
    password: ${address.password}
${named}`;
}

/** What all tools on flights do. */
export const flightStatement = `|
      SELECT * FROM flights
      WHERE airline = $1
      AND flight_number = $2
      LIMIT 10`;

export interface CatalogueChanges {
  /** A line more in the description of the tool. */
  readonly note?: string;
  /** What the connections of the source call themselves. */
  readonly application_name?: string;
}

/** The catalogue that every contestant gets, word for word the same. It ends within `tools`: more can follow. */
export function flightsCatalogue(address: DatabaseAddress, { note, application_name }: CatalogueChanges = {}): string {
  return `${sourceText('my-pg-instance', address, application_name)}tools:
  search_flights_by_number:
    kind: postgres-sql
    source: my-pg-instance
    statement: ${flightStatement}
    description: |
      Use this tool to get information for a specific flight.
      Takes an airline code and flight number and returns info on the flight.
${note === undefined ? '' : `      ${note}\n`}    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
      - name: flight_number
        type: string
        description: 1 to 4 digit number
`;
}
