// The database with the table `flights`: made by the first scenario that asks for it, the same for all.
import { Client } from 'pg';
import { databaseUrl } from './database.ts';
import type { Database, NewDatabase } from './database.ts';
import { airlines, days, numbersPerAirline } from './flights.ts';

/** Gives a function that makes it when it is called first. */
export function flightsDatabase(database: Database): () => Promise<NewDatabase> {
  let made: Promise<NewDatabase> | undefined;
  const make = async (): Promise<NewDatabase> => {
    const created = await database.create('flights');
    await createFlights(databaseUrl(created.owner));
    return created;
  };
  return () => (made ??= make());
}

/** Makes and fills the table `flights`, with the index that a careful owner would give it. */
async function createFlights(url: string): Promise<void> {
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
