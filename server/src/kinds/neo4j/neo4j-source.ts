// The source `neo4j`: a graph database that speaks Bolt.
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { RowsResult } from '../../catalog/result.ts';
import type { Source, SourceKind } from '../../catalog/source.ts';
import { Neo4jClient } from './neo4j-client.ts';
import type { CypherQuery, CypherRunOptions, Neo4jServer } from './neo4j-client.ts';

/** The capability "runs Cypher". */
export interface CypherSource extends Source {
  /** Throws `statement_failed`, `write_refused`, `source_unavailable`, or the signal's reason. */
  run(query: CypherQuery, options: CypherRunOptions): Promise<RowsResult>;
}

const text = z.string().min(1);

const fields: z.ZodType<Neo4jServer> = z.strictObject({
  uri: text
    .regex(
      /^(?:bolt|neo4j)(?:\+s|\+ssc)?:\/\/[^/\s]+\/?$/,
      'Write bolt://host:port or neo4j://host:port, with +s for TLS',
    )
    .describe(
      'bolt:// for one server, neo4j:// for a cluster; with +s encrypted, with +ssc without checking the certificate',
    ),
  user: text.describe('Database account; give it only the rights that the tools need'),
  password: z.string().describe('Password of the account'),
  database: text.default('neo4j').describe('Name of the database'),
  max_connections: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(limits.source_connections)
    .describe('Most connections per server process'),
});

export const neo4jSource: SourceKind<Neo4jServer> = {
  type: 'neo4j',
  aliases: [],
  fields,
  caller_account: {
    kind: 'connection',
    strategies: ['username_password'],
    fields: { user: 'user', password: 'password' },
    refusal: { field: 'code', values: ['Neo.ClientError.Security.Unauthorized'] },
  },
  open: (name, config, { clock, log }): CypherSource => {
    const client = new Neo4jClient({ source: name, clock, log, server: config });
    return {
      type: 'neo4j',
      probe: async (signal) => {
        const query = { text: 'RETURN 1 AS one', parameters: {}, read_only: true };
        await client.run(query, { signal, limits: { rows: 1, bytes: 1_000 }, skip_rows: 0 });
      },
      run: (query, options) => client.run(query, options),
      close: () => client.close(),
    };
  },
};

/** The source of a Cypher tool, which the catalogue has linked. */
export function cypherSource(type: string, source: Source | undefined): CypherSource {
  if (source?.type !== 'neo4j') throw new TypeError(`${type} was linked to a source without Cypher`);
  return source as CypherSource;
}
