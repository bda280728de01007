// The scenario of verified callers: the same look-up with the API key alone, with a token of an issuer that the server has
// seen before, and with a token that it has not.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT, importJWK } from 'jose';
import { limits } from '../server/src/base/limits.ts';
import { startOidcProvider } from '../test/support/oidc-provider.ts';
import type { OidcProvider } from '../test/support/oidc-provider.ts';
import { requireAuditRecords } from './audit-check.ts';
import type { BenchDeps } from './bench-deps.ts';
import { ours, startContestants } from './contestants.ts';
import { chooseFlights, flightStatement, flightsCatalogue } from './flights.ts';
import type { Flight } from './flights.ts';
import { startLoadProcess } from './load.ts';
import { countCalls, measureCells } from './measure-cells.ts';
import type { CallCounts, Cell } from './measure-cells.ts';
import type { BenchOptions } from './options.ts';
import { cellTable, ratioTable, ratios, table } from './report.ts';
import type { Ratio } from './report.ts';
import { askForFlight } from './requests.ts';
import type { Question } from './requests.ts';
import { seededRandom } from './statistics.ts';
import { verifyAnswers } from './verify-answers.ts';

const service = 'bench-issuer';
const audience = 'bench-flights';
const ownTool = 'search_own_flights_by_number';
const verifiedFlights = 10;
const askedFlights = 5_000;
/** More than are remembered: asked for in turn, none is known any more when it comes again. */
const newTokens = limits.token_cache_entries + 1_000;
const newTokensQuick = 100;
const withoutToken = 'no token';

export interface AuthFigures {
  readonly cells: readonly Cell[];
  readonly ratios: readonly Ratio[];
}

export async function runAuthBench(deps: BenchDeps, options: BenchOptions): Promise<AuthFigures> {
  const { database, folder, tell } = deps;
  const data = await deps.flights();
  const provider = await startOidcProvider();
  try {
    const catalogue_path = join(folder, 'auth.yaml');
    writeFileSync(catalogue_path, `${flightsCatalogue(data.owner)}${ownToolText(provider.issuer)}`);
    const variants = await askInVariants(provider, options);
    tell(`tokens: ${options.quick ? newTokensQuick : newTokens} that are new, and one for each airline`);
    const store = await database.create('toolcrib');
    const calls: CallCounts = new Map();
    const cells: Cell[] = [];
    {
      await using load = startLoadProcess();
      const setup = { catalogue_path, store: store.owner, allowed_private: ['127.0.0.1'] };
      await using contestants = await startContestants(deps, options, setup);
      const random = seededRandom(options.seed);
      const measuring = { database, load, contestants: contestants.all, random, calls };
      for (const { variant, questions } of variants) {
        for (const contestant of contestants.all) {
          countCalls(calls, contestant, await verifyAnswers(contestant, questions.slice(0, verifiedFlights)));
        }
        const plan = { variant, questions, connections: options.connections, tell };
        cells.push(...(await measureCells(measuring, plan, options)));
      }
      await requireAuditRecords(store.superuser_url, calls.get(ours) ?? 0, tell);
    }
    const compared = ratios(cells, ours, 'toolbox');
    tell(`\n${cellTable('token', cells)}`);
    if (compared.length > 0) tell(`\n${ratioTable('token', compared)}`);
    tell(`\n${costTable(cells)}`);
    return { cells, ratios: compared };
  } finally {
    await provider.stop();
  }
}

/** The same statement, whose airline is whoever the token is about. */
function ownToolText(issuer: string): string {
  return `  ${ownTool}:
    kind: postgres-sql
    source: my-pg-instance
    statement: ${flightStatement}
    description: Use this tool to get information for a specific flight of the airline that asks.
    authRequired:
      - ${service}
    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
        authServices:
          - name: ${service}
            field: sub
      - name: flight_number
        type: string
        description: 1 to 4 digit number
authServices:
  ${service}:
    kind: generic
    authorizationServer: ${issuer}
    audience: ${audience}
`;
}

interface Variant {
  readonly variant: string;
  readonly questions: readonly Question[];
}

async function askInVariants(provider: OidcProvider, { quick }: BenchOptions): Promise<readonly Variant[]> {
  const flights = chooseFlights(askedFlights);
  const known = new Map<string, string>();
  for (const { airline } of flights) {
    if (!known.has(airline)) known.set(airline, await provider.issueIdToken({ audience, claims: { sub: airline } }));
  }
  const unknown = chooseFlights(quick ? newTokensQuick : newTokens);
  const tokens = await signTokens(
    provider,
    unknown.map(({ airline }) => airline),
  );
  return [
    { variant: withoutToken, questions: flights.map((flight) => askForFlight('native', flight)) },
    { variant: 'known token', questions: flights.map((flight) => askOwn(flight, known.get(flight.airline) ?? '')) },
    { variant: 'new token', questions: unknown.map((flight, index) => askOwn(flight, tokens[index] ?? '')) },
  ];
}

function askOwn(flight: Flight, token: string): Question {
  const { flight_number } = flight;
  return { face: 'native', flight, tool: ownTool, args: { flight_number }, headers: { [`${service}_token`]: token } };
}

/** With the issuer's own key: to sign in so often at the issuer would take minutes. */
async function signTokens({ issuer, keys }: OidcProvider, subjects: readonly string[]): Promise<readonly string[]> {
  const [jwk] = keys();
  const key = await importJWK({ ...jwk }, 'RS256');
  return Promise.all(
    subjects.map((sub, index) =>
      new SignJWT({ sub, jti: String(index) })
        .setProtectedHeader({ alg: 'RS256', kid: jwk?.kid ?? '' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('2 hours')
        .sign(key),
    ),
  );
}

/** What a token costs: the difference to the same server at the same number of connections without one. */
function costTable(cells: readonly Cell[]): string {
  const rows = cells.flatMap((cell) => {
    const base = cells.find(
      ({ variant, contestant, connections }) =>
        variant === withoutToken && contestant === cell.contestant && connections === cell.connections,
    );
    if (base === undefined || cell.variant === withoutToken) return [];
    // Milliseconds per 1,000 calls are microseconds per call.
    const cpu_us = cell.cpu_ms_per_1000.median - base.cpu_ms_per_1000.median;
    const speed = cell.calls_per_second.median / base.calls_per_second.median;
    return [
      [
        `${cell.variant}, ${cell.connections}`,
        cell.contestant,
        cpu_us.toFixed(0),
        `${((speed - 1) * 100).toFixed(0)} %`,
      ],
    ];
  });
  return table(['token, connections', 'server', 'CPU µs per call more', 'calls/s'], rows);
}
