// A graph database that is restarted, down or refuses the account; statements of the caller; the schema; and a tool file
// in MCP Toolbox's form, served by the real server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunContext, ToolKind } from '../../server/src/catalog/tool.ts';
import { neo4jExecuteCypher } from '../../server/src/kinds/neo4j/neo4j-execute-cypher.ts';
import { neo4jSchema } from '../../server/src/kinds/neo4j/neo4j-schema.ts';
import type { CypherSource } from '../../server/src/kinds/neo4j/neo4j-source.ts';
import { falkordbPrograms, startFalkordb } from '../support/falkordb.ts';
import type { FalkordbServer } from '../support/falkordb.ts';
import { runContext } from '../support/run-context.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';
import { cypherTool, openNeo4j } from './neo4j-subject.ts';
import { refusal } from './sql-kind-contract.ts';

const programs = falkordbPrograms();

// Skipped: FalkorDB cannot be had here; test/support/find-falkordb.ts says how.
describe.skipIf(programs === undefined)('a server of Neo4j', () => {
  let server: FalkordbServer;
  let source: CypherSource;
  const one = (of: CypherSource) => cypherTool(of, { statement: 'RETURN 1 AS value' });

  beforeAll(async () => {
    if (programs === undefined) return;
    server = await startFalkordb(programs);
    source = openNeo4j(server);
  });
  afterAll(async () => {
    await source.close();
    await server.remove();
  });

  test('that was restarted answers all the same', async () => {
    await Promise.all(Array.from({ length: 8 }, async () => one(source)()));
    await server.kill();
    await server.start();
    const answers = await Promise.all(Array.from({ length: 8 }, async () => one(source)()));
    for (const { rows } of answers) expect(rows).toEqual([{ value: 1 }]);
  });

  test('that is down is said to be so at once, is not hammered, and is found again', async () => {
    const other = openNeo4j(server);
    await one(other)();
    await server.kill();
    const before = server.attempts();
    const started = performance.now();
    for (let index = 0; index < 200; index += 1) {
      expect((await refusal(one(other)())).code).toBe('source_unavailable');
    }
    expect(server.attempts() - before).toBeLessThan(20 + (performance.now() - started) / 10);
    expect((await refusal(other.probe(new AbortController().signal))).code).toBe('source_unavailable');
    await server.start();
    const answer = async (): Promise<unknown> =>
      one(other)().then(
        ({ rows }) => rows,
        () => 'down',
      );
    await expect.poll(answer, { timeout: 10_000 }).toEqual([{ value: 1 }]);
    await other.close();
  });

  test('that refuses the account, or is none, is unavailable, with nothing said of either', async () => {
    for (const wrong of [{ password: 'plantedsecret' }, { uri: 'bolt://plantedsecret.invalid:7687' }]) {
      const other = openNeo4j(server, wrong);
      expect((await refusal(one(other)())).code).toBe('source_unavailable');
      await other.close();
      expect((await refusal(one(other)())).code).toBe('source_unavailable');
    }
  });

  describe('neo4j-execute-cypher', () => {
    const execute = (cypher: string, read_only = true, context: Partial<RunContext> = {}) =>
      (neo4jExecuteCypher as ToolKind).prepare({}, { name: 'execute', parameters: [], read_only, source })(
        { cypher },
        runContext(context),
      );

    test('runs what the caller writes, within limits', async () => {
      const limits = { rows: 2, bytes: 1_000 };
      expect(await execute('UNWIND range(1, 9) AS n RETURN n;', true, { limits })).toMatchObject({
        rows: [{ n: 1 }, { n: 2 }],
        truncated: { by: 'rows', limit: 2 },
      });
      expect(neo4jExecuteCypher).toMatchObject({ danger: 'high', parameters: [{ name: 'cypher' }] });
    });

    test('only reads, unless the file says otherwise', async () => {
      verifies('DBT-14');
      const attacks = [
        'CREATE (:Attack)',
        'MATCH (n) DETACH DELETE n',
        'MATCH (n) /* */ SET n.x = 1',
        "MATCH (n) WHERE n.x = '\\'' // '\n MERGE (:Attack)",
        'RETURN 1CREATE (:Attack)',
        'UNWIND [1] AS x CALL { WITH x CREATE (:Attack) } RETURN x',
        'FOREACH (x IN [1] | CREATE (:Attack))',
        "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "CALL db.idx.fulltext.createNodeIndex('Attack', 'x')",
        'CREATE INDEX FOR (n:Attack) ON (n.x)',
        'CYPHER x=1 CREATE (:Attack)',
      ];
      for (const attack of attacks) expect((await refusal(execute(attack))).code).toBe('write_refused');
      for (const two of ['RETURN 1; CREATE (:Attack)', 'RETURN 1;\nRETURN 2', 'RETURN 1\0']) {
        for (const read_only of [true, false]) {
          expect((await refusal(execute(two, read_only))).text).toContain('42601, syntax_error');
        }
      }
      const attacked = cypherTool(source, { statement: 'MATCH (n:Attack) RETURN count(n) AS n' });
      expect((await attacked()).rows).toEqual([{ n: 0 }]);
      expect(await execute('CREATE (:Attack)', false)).toMatchObject({ affected_rows: 2 });
      expect((await attacked()).rows).toEqual([{ n: 1 }]);
    });
  });

  test('neo4j-schema tells what the graph consists of, and what the server does not tell', async () => {
    const write = (statement: string) => cypherTool(source, { statement, read_only: false })();
    await write('MATCH (n) DETACH DELETE n');
    await write("CREATE (:Person {name: 'Ada'})-[:WROTE {year: 1843}]->(:Note {title: 'G'})");
    await write('CREATE INDEX FOR (p:Person) ON (p.name)');
    const schema = (neo4jSchema as ToolKind).prepare({}, { name: 'schema', parameters: [], read_only: true, source });
    const result = await schema({}, runContext());
    expect(result).toEqual({
      kind: 'value',
      value: {
        labels: expect.arrayContaining(['Note', 'Person']) as string[],
        relationship_types: ['WROTE'],
        property_keys: ['name', 'title', 'year'],
        node_properties: [
          { label: 'Note', properties: ['title'] },
          { label: 'Person', properties: ['name'] },
        ],
        relationships: [{ from: ['Person'], type: 'WROTE', to: ['Note'], properties: ['year'] }],
        indexes: [expect.objectContaining({ label: 'Person', properties: ['name'] })],
        constraints: [],
        unanswered: [],
      },
    });
  });

  describe('tools in the form of MCP Toolbox', () => {
    let toolcrib: TestServer;
    const tools = (uri: string): string => `
sources:
  my-neo4j-source:
    kind: neo4j
    uri: ${uri}
    user: falkordb
    password: falkordb
    database: movies
tools:
  search_movies_by_actor:
    kind: neo4j-cypher
    source: my-neo4j-source
    statement: |
      MATCH (m:Movie)<-[:ACTED_IN]-(p:Person)
      WHERE toLower(p.name) CONTAINS toLower($name) AND m.year > $year
      RETURN m.title AS title, m.year AS year
      LIMIT 10
    description: Movies of an actor.
    parameters:
      - {name: name, type: string, description: Part of the actor's name}
      - {name: year, type: integer, description: Only newer movies}
  add_movie:
    kind: neo4j-cypher
    source: my-neo4j-source
    readOnly: false
    statement: >-
      MERGE (p:Person {name: $name})
      CREATE (p)-[:ACTED_IN]->(:Movie {title: $title, year: $year, tags: $tags})
    description: Adds a movie.
    parameters:
      - {name: name, type: string, description: Actor}
      - {name: title, type: string, description: Title}
      - {name: year, type: integer, description: Year}
      - {name: tags, type: array, description: Tags, items: {name: tag, type: string, description: A tag}}
  count_label:
    kind: neo4j-cypher
    source: my-neo4j-source
    statement: MATCH (n:{{.label}}) RETURN count(n) AS n
    description: Counts nodes.
    templateParameters:
      - {name: label, type: string, description: A label}
  execute_cypher: {kind: neo4j-execute-cypher, source: my-neo4j-source, description: Runs Cypher.}
  graph_schema: {kind: neo4j-schema, source: my-neo4j-source, description: The schema., cacheExpireMinutes: 10}
  writes_by_mistake:
    kind: neo4j-cypher
    source: my-neo4j-source
    statement: MATCH (n) DETACH DELETE n
    description: Is refused at load.
`;
    const call = (name: string, args: unknown) =>
      toolcrib.request('POST', `/v1/tools/${name}/call`, { body: { arguments: args } });
    const invoke = (name: string, args: unknown) =>
      toolcrib.request('POST', `/api/tool/${name}/invoke`, { body: args });

    beforeAll(async () => {
      toolcrib = await startTestServer({ tools: tools(server.uri) });
    });
    afterAll(async () => {
      await toolcrib.stop();
    });

    test('are called over REST and over its own API', async () => {
      verifies('DBT-04');
      const movie = { name: "Keanu 'The One' Reeves", title: 'The Matrix', year: 1999, tags: ['sci-fi', "it's"] };
      expect((await call('add_movie', movie)).body.result).toMatchObject({
        rows: [],
        affected_rows: expect.any(Number) as number,
      });
      const found = { title: 'The Matrix', year: 1999 };
      expect((await call('search_movies_by_actor', { name: "'the one'", year: 1990 })).body.result.rows).toEqual([
        found,
      ]);
      const answer = await invoke('search_movies_by_actor', { name: 'REEVES', year: 1990 });
      expect([answer.status, JSON.parse(answer.body.result as string)]).toEqual([200, [found]]);
      const manifest = await toolcrib.request('GET', '/api/tool/search_movies_by_actor');
      expect(manifest.body.tools.search_movies_by_actor.parameters).toMatchObject([
        { name: 'name', type: 'string' },
        { name: 'year', type: 'integer' },
      ]);
    });

    test('are not a way into the graph', async () => {
      verifies('DBT-04', 'DBT-14');
      const injected = await call('search_movies_by_actor', { name: "x' CREATE (:Evil) RETURN 1 //", year: 0 });
      expect([injected.status, injected.body.result.rows]).toEqual([200, []]);
      for (const label of ['Movie) DETACH DELETE n //', 'Movie`) DELETE n //', 'Movie:Evil']) {
        const refused = await call('count_label', { label });
        expect([refused.status, refused.body.error.code]).toEqual([400, 'arguments_invalid']);
      }
      const writing = await call('execute_cypher', { cypher: 'MATCH (n) DETACH DELETE n' });
      expect([writing.status, writing.body.error.code]).toEqual([422, 'write_refused']);
      const two = await call('execute_cypher', { cypher: 'RETURN 1; MATCH (n) DETACH DELETE n' });
      expect([two.status, two.body.error.code]).toEqual([422, 'statement_failed']);
      expect((await call('writes_by_mistake', {})).status).toBe(404);
      expect((await call('count_label', { label: 'Evil' })).body.result.rows).toEqual([{ n: 0 }]);
      expect((await call('count_label', { label: 'Movie' })).body.result.rows).toEqual([{ n: 1 }]);
      const wrong = await call('search_movies_by_actor', { name: 'x', year: '1990' });
      expect([wrong.status, wrong.body.error.faults[0].path]).toEqual([400, 'year']);
    });

    test('tell the schema, and refuse at load what only seems to read', async () => {
      const { body } = await call('graph_schema', {});
      expect(body.result.value).toMatchObject({
        property_keys: expect.arrayContaining(['title', 'tags']) as string[],
        unanswered: [],
      });
      expect(toolcrib.server.faults).toMatchObject([{ message: 'The tool is read-only and its statement has DETACH' }]);
    });
  });
});
