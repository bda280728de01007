// The demo that the first start makes: a SQLite file with flights and a tool file, both to look at and to change.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CatalogueFile } from './catalog/find-files.ts';

export const demoExample = {
  tool: 'search_flights_by_number',
  args: { airline: 'CY', flight_number: '888' },
} as const;

const toolFile = `# The demo of Toolcrib: two tools on a SQLite file. Change them, or point TOOLCRIB_TOOLS at your own.
sources:
  demo:
    kind: sqlite
    database: flights.sqlite

tools:
  search_flights_by_number:
    kind: sqlite-sql
    source: demo
    description: Get information on one flight, by the airline's two letters and the flight's number.
    statement: SELECT * FROM flights WHERE airline = ? AND flight_number = ? ORDER BY departure LIMIT 10
    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
      - name: flight_number
        type: string
        description: 1 to 4 digit number

  list_flights_from:
    kind: sqlite-sql
    source: demo
    description: List the flights that leave an airport, by its three letters.
    statement: SELECT * FROM flights WHERE origin = ? ORDER BY departure
    parameters:
      - name: airport
        type: string
        description: Airport unique 3 letter identifier

toolsets:
  flights:
    - search_flights_by_number
    - list_flights_from
`;

const flights: readonly (readonly string[])[] = [
  ['CY', '888', 'SFO', 'LAX', '2026-12-01 07:10', '2026-12-01 08:45'],
  ['CY', '888', 'SFO', 'LAX', '2026-12-02 07:10', '2026-12-02 08:45'],
  ['CY', '123', 'LAX', 'SEA', '2026-12-01 09:30', '2026-12-01 12:15'],
  ['DL', '1234', 'JFK', 'SFO', '2026-12-01 10:00', '2026-12-01 13:25'],
  ['DL', '1234', 'JFK', 'SFO', '2026-12-03 10:00', '2026-12-03 13:25'],
  ['UA', '17', 'SFO', 'LHR', '2026-12-01 16:40', '2026-12-02 11:05'],
  ['LH', '455', 'SFO', 'FRA', '2026-12-01 14:35', '2026-12-02 10:20'],
  ['SQ', '31', 'SFO', 'SIN', '2026-12-01 23:55', '2026-12-03 09:10'],
];

/** Makes what is missing of the demo below the data folder and returns its tool file. */
export function makeDemo(data_folder: string): CatalogueFile {
  const folder = join(data_folder, 'demo');
  const tools = join(folder, 'tools.yaml');
  const database = join(folder, 'flights.sqlite');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(tools)) writeFileSync(tools, toolFile);
  if (!existsSync(database)) {
    // Made beside and moved into place: a start that is killed here leaves no half demo.
    const fresh = `${database}.${process.pid}.new`;
    fill(fresh);
    renameSync(fresh, database);
  }
  return { path: tools, scope: { kind: 'system' } };
}

function fill(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`CREATE TABLE flights (id INTEGER PRIMARY KEY, airline TEXT NOT NULL, flight_number TEXT NOT NULL,
    origin TEXT NOT NULL, destination TEXT NOT NULL, departure TEXT NOT NULL, arrival TEXT NOT NULL) STRICT;
    CREATE INDEX flights_by_number ON flights (airline, flight_number)`);
  const insert = db.prepare(
    'INSERT INTO flights (airline, flight_number, origin, destination, departure, arrival) VALUES (?, ?, ?, ?, ?, ?)',
  );
  for (const flight of flights) insert.run(...flight);
  db.close();
}
