// The command line of the benchmark.
import { parseArgs } from 'node:util';
import { faces } from './requests.ts';
import type { Face } from './requests.ts';
import type { Durability } from './toolcrib.ts';

const known = ['lookup', 'large', 'mixed', 'reload', 'auth', 'tenants'] as const;
export type Scenario = (typeof known)[number];

export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  /** It is to be seen that everything works, not how fast: what takes time is made small. */
  readonly quick: boolean;
  readonly faces: readonly Face[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly measure_ms: number;
  readonly warm_up_ms: number;
  /** Memory is that at rest when it has stayed the same for so long. */
  readonly rest_ms: number;
  readonly reloads: number;
  /** Seed of the order of contestants. */
  readonly seed: number;
  /** File for the figures as JSON. */
  readonly json: string | undefined;
  readonly durability: Durability;
  /** Whether the peer runs without its line of log per request. */
  readonly quiet_peer: boolean;
  readonly without_peer: boolean;
  /** Folder for a CPU profile of our server. */
  readonly profile: string | undefined;
}

const usage = `npm run bench -- [options]
  --scenario NAME[,NAME]    lookup: look-ups of one flight (default)
                            large: results of 33 MB
                            mixed: look-ups beside four slow calls of another tool
                            reload: look-ups while the tool file changes
                            auth: look-ups with a token of an issuer beside the API key
                            tenants: calls with the caller's own account, with 10 to 10,000 tenants
  --quick                   a few seconds in all: shows that it works, the figures mean little
  --only native|mcp         one way in (lookup)
  --connections 1,16,64     connections at once (lookup, auth)
  --reloads 20              changes of the tool file (reload)
  --rounds 5 --seconds 4    measured rounds per cell, and seconds of each
  --seed 1                  seed of the shuffled order
  --durability before_answer|soon   when our audit record is on disk (default: soon, within 50 ms)
  --quiet-peer              the peer logs errors only (its default is a line per request)
  --without-peer            only our server
  --profile FOLDER          CPU profile of our server, with a summary
  --json FILE               all figures as JSON`;

/** Throws TypeError with the usage when the arguments are wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', default: 'lookup' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      connections: { type: 'string', default: '1,16,64' },
      rounds: { type: 'string' },
      reloads: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      durability: { type: 'string', default: 'soon' },
      'quiet-peer': { type: 'boolean', default: false },
      'without-peer': { type: 'boolean', default: false },
      profile: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const { durability, quick } = values;
  if (durability !== 'before_answer' && durability !== 'soon')
    throw new TypeError(`--durability ${durability}\n${usage}`);
  const chosen = faces.filter((face) => values.only === undefined || face.startsWith(values.only));
  if (chosen.length === 0) throw new TypeError(`--only ${values.only}\n${usage}`);
  return {
    scenarios: values.scenario.split(',').map((name) => toScenario(name)),
    quick,
    faces: chosen,
    connections: values.connections.split(',').map((text) => positive('connections', text)),
    rounds: positive('rounds', values.rounds ?? (quick ? '2' : '5')),
    measure_ms: positive('seconds', values.seconds ?? (quick ? '0.4' : '4')) * 1_000,
    warm_up_ms: quick ? 50 : 3_000,
    rest_ms: quick ? 300 : 2_000,
    reloads: positive('reloads', values.reloads ?? (quick ? '4' : '20')),
    seed: positive('seed', values.seed),
    json: values.json,
    durability,
    quiet_peer: values['quiet-peer'],
    without_peer: values['without-peer'],
    profile: values.profile,
  };
}

function toScenario(text: string): Scenario {
  const scenario = known.find((name) => name === text);
  if (scenario === undefined) throw new TypeError(`--scenario ${text}\n${usage}`);
  return scenario;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new TypeError(`--${name} ${text}\n${usage}`);
  return value;
}
