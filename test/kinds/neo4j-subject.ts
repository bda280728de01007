// Sources and tools on a real FalkorDB, for the tests of the kinds of Neo4j.
import { expect } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import type { Arguments, Parameter } from '../../server/src/catalog/parameters.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { RunContext } from '../../server/src/catalog/tool.ts';
import { neo4jCypher } from '../../server/src/kinds/neo4j/neo4j-cypher.ts';
import { neo4jSource } from '../../server/src/kinds/neo4j/neo4j-source.ts';
import type { CypherSource } from '../../server/src/kinds/neo4j/neo4j-source.ts';
import { closedNetwork } from '../support/closed-network.ts';
import type { FalkordbServer } from '../support/falkordb.ts';
import { runContext } from '../support/run-context.ts';
import { parameter } from './sql-kind-contract.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

/** A source on the server, as a tool file would configure it. */
export function openNeo4j(
  { uri, user, password }: Pick<FalkordbServer, 'uri' | 'user' | 'password'>,
  more: Readonly<Record<string, unknown>> = {},
): CypherSource {
  const config = neo4jSource.fields.parse({ uri, user, password, database: 'plantedsecret', ...more });
  return neo4jSource.open('graph', config, {
    log,
    clock: systemClock,
    http: closedNetwork,
    base_folder: '.',
  }) as CypherSource;
}

type Types = Readonly<Record<string, Parameter['type'] | Parameter>>;

export interface CypherTool {
  readonly statement: string;
  readonly types?: Types;
  readonly read_only?: boolean;
}

/** A tool of one statement, as a function of its arguments. */
export type CypherRunner = (args?: Arguments, context?: Partial<RunContext>) => Promise<RowsResult>;

export function cypherTool(
  source: CypherSource,
  { statement, types = {}, read_only = true }: CypherTool,
): CypherRunner {
  const parameters = Object.entries(types).map(([name, type]) =>
    typeof type === 'string' ? parameter(name, type) : { ...type, name },
  );
  const config = neo4jCypher.fields.parse({ statement });
  expect(neo4jCypher.check(config, { parameters, read_only })).toEqual([]);
  const run = neo4jCypher.prepare(config, { name: 'tool', parameters, read_only, source });
  return async (args = {}, context = {}) => {
    const result = await run(args, runContext(context));
    if (result.kind !== 'rows') throw new TypeError('neo4j-cypher answered no rows');
    return result;
  };
}
