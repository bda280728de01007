// The kind `neo4j-cypher` on a real graph database over Bolt: binding, exact values, limits, cancelling, refusals.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { CypherSource } from '../../server/src/kinds/neo4j/neo4j-source.ts';
import { falkordbPrograms, startFalkordb } from '../support/falkordb.ts';
import type { FalkordbServer } from '../support/falkordb.ts';
import { verifies } from '../support/verifies.ts';
import { cypherTool, openNeo4j } from './neo4j-subject.ts';
import type { CypherRunner, CypherTool } from './neo4j-subject.ts';
import { marker, parameter, refusal } from './sql-kind-contract.ts';

const programs = falkordbPrograms();

// Skipped: FalkorDB cannot be had here; test/support/find-falkordb.ts says how.
describe.skipIf(programs === undefined)('neo4j-cypher', () => {
  let server: FalkordbServer;
  let source: CypherSource;
  const read = (statement: string, types: CypherTool['types'] = {}): CypherRunner =>
    cypherTool(source, { statement, types });
  const write = (statement: string, types: CypherTool['types'] = {}): CypherRunner =>
    cypherTool(source, { statement, types, read_only: false });
  const values = (result: RowsResult): readonly unknown[] => result.rows.map((row) => row['value']);
  const count = async (): Promise<unknown> => values(await read('MATCH (n) RETURN count(n) AS value')())[0];

  beforeAll(async () => {
    if (programs === undefined) return;
    server = await startFalkordb(programs);
    source = openNeo4j(server);
  });
  afterAll(async () => {
    await source.close();
    await server.remove();
  });

  test('runs a statement, with parameters and with none', async () => {
    verifies('DBT-04');
    await expect(source.probe(new AbortController().signal)).resolves.toBeUndefined();
    const create = write('CREATE (p:Person {name: $name, born: $born})', { name: 'string', born: 'integer' });
    expect(await create({ name: 'Ada', born: 1815 })).toEqual({
      kind: 'rows',
      columns: [],
      rows: [],
      // One node, one label, two properties.
      affected_rows: 4,
    });
    const find = read('MATCH (p:Person) WHERE p.born < $year RETURN p.name AS name, p.born AS born', {
      year: 'integer',
    });
    expect(await find({ year: 1900 })).toEqual({
      kind: 'rows',
      columns: [{ name: 'name' }, { name: 'born' }],
      rows: [{ name: 'Ada', born: 1815 }],
    });
    expect(await find({ year: 1800 })).toMatchObject({ columns: [{ name: 'name' }, { name: 'born' }], rows: [] });
    expect((await write('MATCH (p:Person) DELETE p')()).affected_rows).toBe(1);
    expect((await write('MATCH (p:Person) DELETE p')()).affected_rows).toBe(0);
  });

  describe('values', () => {
    const hostile = [
      "' CREATE (:Evil) RETURN 1 //",
      "a' y='b",
      "\\' CREATE (:Evil) RETURN 1 //",
      "\\\\' CREATE (:Evil) //",
      '" CREATE (:Evil) RETURN 1 //',
      '` CREATE (:Evil) //',
      "'}) CREATE (:Evil) //",
      '\\u0027 CREATE (:Evil) RETURN 1 //',
      '\n; CREATE (:Evil); //',
      '*/ CREATE (:Evil) /*',
      '$value',
      '{{.value}}',
      'null',
      '',
      '\t\r\n\b\u0001',
      '\u2028 𝕫 ö \uFFFD',
    ];
    const texts = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed());

    test('what looks like Cypher is the text that it is', async () => {
      verifies('DBT-04');
      const echo = read('RETURN $value AS value', { value: 'string' });
      const stored = write('CREATE (t:Text {text: $value}) RETURN t.text AS value', { value: 'string' });
      for (const value of hostile) {
        expect(values(await echo({ value }))).toEqual([value]);
        expect(values(await stored({ value }))).toEqual([value]);
      }
      expect(values(await read('MATCH (n:Evil) RETURN count(n) AS value')())).toEqual([0]);
      expect(await count()).toBe(hostile.length);
      await write('MATCH (t:Text) DELETE t')();
    });

    test('every text, list and map comes back as it was sent', async () => {
      verifies('DBT-04', 'DBT-17');
      const echo = read('RETURN $value AS value, $list AS list, $map AS map', {
        value: 'string',
        list: 'array',
        map: parameter('map', 'map'),
      });
      const keys = fc.stringMatching(/^[a-z_][a-zA-Z0-9_]{0,8}$/).filter((key) => key !== '__proto__');
      const any = fc.oneof(texts, fc.constantFrom(...hostile), fc.constant(null));
      await fc.assert(
        fc.asyncProperty(texts, fc.array(any, { maxLength: 6 }), fc.dictionary(keys, any), async (value, list, map) => {
          expect((await echo({ value, list, map })).rows).toEqual([{ value, list, map: { ...map } }]);
        }),
        { numRuns: 200 },
      );
    });

    test('numbers are bound as what they are, and arrive exactly', async () => {
      verifies('DBT-17');
      const echo = read('RETURN $i AS i, $i / 2 AS half, $f AS f, $f / 2 AS f_half, $b AS b, $n AS n', {
        i: 'integer',
        f: 'float',
        b: 'boolean',
        n: 'integer',
      });
      expect((await echo({ i: 3, f: 3, b: false, n: null })).rows).toEqual([
        { i: 3, half: 1, f: 3, f_half: 1.5, b: false, n: null },
      ]);
      const same = read('RETURN $i AS i, $f AS f', { i: 'integer', f: 'float' });
      await fc.assert(
        fc.asyncProperty(
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          fc.double({ noNaN: true, noDefaultInfinity: true }).filter((f) => f === 0 || Math.abs(f) > 1e-300),
          async (i, f) => {
            const is_safe = Number.isSafeInteger(Number(i));
            const { rows } = await same({ i, f });
            expect(rows).toEqual([{ i: is_safe ? Number(i) : i.toString(), f }]);
          },
        ),
        { numRuns: 200 },
      );
    });

    test('what the server cannot hold is refused, and not changed', async () => {
      const echo = read('RETURN $value AS value', { value: 'string' });
      expect((await refusal(echo({ value: 'a\0b' }))).text).toContain('22021, character_not_in_repertoire');
      const map = read('RETURN $value AS value', { value: 'map' });
      expect((await refusal(map({ value: { 'k: 1}) CREATE (:Evil) //': 1 } }))).text).toContain('42602, invalid_name');
      expect(await count()).toBe(0);
    });

    test('nodes, relationships, paths and points are objects', async () => {
      verifies('DBT-17');
      await write('CREATE (:A {x: 1})-[:TO {y: 2.5}]->(:B:C)')();
      const { rows } = await read(
        'MATCH p = (a:A)-[r]->(b) RETURN a, r, labels(b) AS labels, p, point({latitude: 1.5, longitude: 2.5}) AS at',
      )();
      const a = { elementId: expect.any(String) as string, labels: ['A'], properties: { x: 1 } };
      const r = expect.objectContaining({ type: 'TO', properties: { y: 2.5 } }) as object;
      const labels = expect.arrayContaining(['B', 'C']) as string[];
      const at = { srid: 4326, x: 2.5, y: 1.5 };
      const [row] = rows;
      expect(row).toMatchObject({ a, r, labels, at });
      expect(row?.['p']).toEqual({ nodes: [a, expect.objectContaining({ labels })], relationships: [r] });
      await write('MATCH (n) DETACH DELETE n')();
    });
  });

  describe('limits', () => {
    const series = () => read('UNWIND range(1, $n) AS n RETURN n', { n: 'integer' });
    const numbers = ({ rows }: RowsResult): readonly unknown[] => rows.map((row) => row['n']);

    test('of rows: says so, and goes on after the rows that the caller has', async () => {
      verifies('DBT-13');
      const limits = { rows: 2, bytes: 1_000 };
      const first = await series()({ n: 5 }, { limits });
      expect([numbers(first), first.truncated]).toEqual([[1, 2], { by: 'rows', limit: 2 }]);
      const last = await series()({ n: 5 }, { limits, skip_rows: 4 });
      expect([numbers(last), last.truncated]).toEqual([[5], undefined]);
      expect(numbers(await series()({ n: 2 }, { limits }))).toEqual([1, 2]);
      expect((await series()({ n: 2 }, { limits })).truncated).toBeUndefined();
    });

    test('of bytes: whole rows', async () => {
      verifies('DBT-13');
      const wide = read('UNWIND range(1, $n) AS i RETURN $text AS value', { n: 'integer', text: 'string' });
      await fc.assert(
        fc.asyncProperty(fc.nat(60), fc.nat(400), fc.integer({ min: 2, max: 20_000 }), async (n, length, bytes) => {
          const { rows, truncated } = await wide({ n, text: 'x'.repeat(length) }, { limits: { rows: 1_000, bytes } });
          expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThanOrEqual(bytes);
          if (rows.length < n) expect(truncated).toEqual({ by: 'bytes', limit: bytes });
          else expect(truncated).toBeUndefined();
        }),
        { numRuns: 40 },
      );
    });

    test('a cut answer comes before the rest, which is not kept', async () => {
      verifies('DBT-13');
      const few = openNeo4j(server, { max_connections: 4 });
      const many = cypherTool(few, { statement: 'UNWIND range(1, $n) AS n RETURN n', types: { n: 'integer' } });
      const limits = { rows: 5, bytes: 1_000 };
      await many({ n: 10 }, { limits });
      const before = process.memoryUsage().heapUsed;
      let peak = before;
      const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 5);
      // Four times: what FalkorDB sends all the same, 1.2 million records, takes 700 MB where it is kept.
      const answers = await Promise.all(Array.from({ length: 4 }, async () => many({ n: 300_000 }, { limits })));
      for (const answer of answers) expect(numbers(answer)).toEqual([1, 2, 3, 4, 5]);
      // These wait for the four places.
      await Promise.all(Array.from({ length: 4 }, async () => many({ n: 1 })));
      clearInterval(timer);
      expect((peak - before) / 1024 / 1024).toBeLessThan(350);
      await few.close();
    });

    test('of a writing statement: the answer is cut, not the statement', async () => {
      const create = write('UNWIND range(1, 500) AS i CREATE (n:Many {i: i}) RETURN n.i AS n');
      const { rows, truncated } = await create({}, { limits: { rows: 3, bytes: 1_000 } });
      expect([rows.length, truncated]).toEqual([3, { by: 'rows', limit: 3 }]);
      expect(await count()).toBe(500);
      await write('MATCH (n:Many) DELETE n')();
    });

    test('of connections: the others wait their turn', async () => {
      verifies('DBT-15');
      const few = openNeo4j(server, { max_connections: 2 });
      const before = server.connections();
      const echo = cypherTool(few, { statement: 'RETURN $value AS value', types: { value: 'integer' } });
      const answers = await Promise.all(Array.from({ length: 200 }, async (_, value) => echo({ value })));
      expect(answers.map((answer) => values(answer)[0])).toEqual(Array.from({ length: 200 }, (_, value) => value));
      expect(server.connections() - before).toBeLessThanOrEqual(2);
      await few.close();
      await expect.poll(() => server.connections()).toBeLessThanOrEqual(before);
    });
  });

  describe('an aborted call', () => {
    /** Some seconds of work: FalkorDB does not stop it, so it must end by itself. */
    const slow = 'UNWIND range(1, 3000000) AS n WITH n WHERE n % 7 = 8 RETURN count(n) AS value';

    test('ends at once with its reason, and asks the server to stop', async () => {
      verifies('DBT-15');
      const other = openNeo4j(server, { max_connections: 1 });
      const echo = cypherTool(other, { statement: 'RETURN 1 AS value' });
      await echo();
      const resets = server.resets();
      const controller = new AbortController();
      const run = cypherTool(other, { statement: slow })({}, { signal: controller.signal });
      const waiting = echo({}, { signal: controller.signal });
      await expect.poll(() => server.sent('n % 7 = 8')).toBe(1);
      const reason = new ToolcribError('call_cancelled');
      const started = performance.now();
      controller.abort(reason);
      await expect(run).rejects.toBe(reason);
      await expect(waiting).rejects.toBe(reason);
      expect(performance.now() - started).toBeLessThan(250);
      await expect.poll(() => server.resets()).toBeGreaterThan(resets);
      // The connection is used again when the server has answered.
      expect(values(await echo())).toEqual([1]);
      await other.close();
    });

    test('is not run when it was aborted before', async () => {
      const reason = new ToolcribError('call_cancelled');
      const create = write('CREATE (:Never)');
      await expect(create({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(await count()).toBe(0);
    });
  });

  test('tells what failed and gives nothing away', async () => {
    const statements = {
      [`MATCH (n) RETURN ${marker}`]: '42703, undefined_variable',
      'RETURN 1 +': '42601, syntax_error',
      'RETURN 1 / 0 AS value': '22012, division_by_zero',
    };
    for (const [statement, expected] of Object.entries(statements)) {
      const { code, text } = await refusal(read(statement)());
      expect(code).toBe('statement_failed');
      expect(text).toContain(expected);
    }
  });

  test('every one of many calls gets its own answer', async () => {
    verifies('DBT-15');
    const echo = read('RETURN $value AS value', { value: 'string' });
    const failing = read(`MATCH (n) RETURN ${marker}`);
    const answers = await Promise.allSettled(
      Array.from({ length: 500 }, async (_, index) => (index % 7 === 0 ? failing() : echo({ value: `${index}` }))),
    );
    for (const [index, answer] of answers.entries()) {
      if (index % 7 === 0) expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'statement_failed' } });
      else expect(answer).toMatchObject({ status: 'fulfilled', value: { rows: [{ value: `${index}` }] } });
    }
  });
});
