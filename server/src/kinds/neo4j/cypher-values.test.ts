import * as neo4j from 'neo4j-driver';
import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../catalog/parameters.ts';
import { toCypherMap, toJson } from './cypher-values.ts';
import { withHeader } from './parameter-header.ts';

const parameter = (name: string, type: Parameter['type'], more: Partial<Parameter> = {}): Parameter => {
  return { name, type, description: name, required: false, ...more };
};

describe('to Neo4j', () => {
  test('integers are integers, floats are floats even when they are whole', () => {
    const integers = parameter('items', 'array', { items: parameter('item', 'integer') });
    const floats = parameter('values', 'map', { value_type: 'float' });
    const parameters = [parameter('i', 'integer'), parameter('f', 'float'), integers, floats, parameter('m', 'map')];
    const args = { i: 3, f: 3, items: [1, 9007199254740993n], values: { a: 1 }, m: { a: 1, b: 1.5, c: 'x' } };
    expect(toCypherMap(args, parameters)).toEqual({
      i: 3n,
      f: 3,
      items: [1n, 9007199254740993n],
      values: { a: 1 },
      m: { a: 1n, b: 1.5, c: 'x' },
    });
    expect(toCypherMap({}, [parameter('absent', 'string')])).toEqual({ absent: null });
  });

  test('a header of FalkorDB keeps every value inside its quotes', () => {
    const values = { s: 'a\'b\\c"\n`', l: [1n, 1, 0.1, -0, null, true], m: { k: "'" }, big: -9223372036854775808n };
    expect(withHeader('RETURN 1', values)).toBe(
      String.raw`CYPHER s='a\'b\\c"${'\n'}${'`'}' l=[1,1.0,0.1,-0.0,null,true] m={k:'\''} big=-9223372036854775808 RETURN 1`,
    );
    expect(withHeader('RETURN 1', {})).toBe('RETURN 1');
    for (const refused of [{ a: 'x\0y' }, { a: { 'k: 1}) CREATE (n) //': 1 } }, { 'a-b': 1n }]) {
      expect(() => withHeader('RETURN 1', refused)).toThrow('refused the statement');
    }
  });
});

describe('to JSON', () => {
  const { types } = neo4j.default;
  const zone = new types.DateTime(2026, 1, 2, 3, 4, 5, 123456789, undefined, 'Europe/Paris');
  // oxfmt-ignore
  test.each<readonly [string, unknown, unknown]>([
    ['null', null, null],
    ['integer', 9007199254740991n, 9007199254740991],
    ['integer beyond 2^53', 9007199254740992n, '9007199254740992'],
    ['smallest integer', -9223372036854775808n, '-9223372036854775808'],
    ['float', 0.1 + 0.2, 0.30000000000000004],
    ['NaN', NaN, 'NaN'],
    ['infinity', [Infinity, -Infinity], ['Infinity', '-Infinity']],
    ['bytes', new Int8Array([0, -1, 16]), 'AP8Q'],
    ['date', new types.Date(2026, 1, 2), '2026-01-02'],
    ['local time', new types.LocalTime(1, 2, 3, 4), '01:02:03.000000004'],
    ['time', new types.Time(1, 2, 3, 4, 3600), '01:02:03.000000004+01:00'],
    ['local date and time', new types.LocalDateTime(2026, 1, 2, 3, 4, 5, 123456789), '2026-01-02T03:04:05.123456789'],
    ['date and time', new types.DateTime(2026, 1, 2, 3, 4, 5, 6, -3600), '2026-01-02T03:04:05.000000006-01:00'],
    ['date and time in a zone', zone, expect.stringMatching(/^2026-01-02T03:04:05\.123456789.*\[Europe\/Paris\]$/)],
    ['duration', new types.Duration(14, 3, 5, 500000000), 'P1Y2M3DT5.500000000S'],
    ['point', new types.Point(4326n, 1.5, 2.5), { srid: 4326, x: 1.5, y: 2.5 }],
    ['point in space', new types.Point(4979n, 1.5, 2.5, 3.5), { srid: 4979, x: 1.5, y: 2.5, z: 3.5 }],
    ['vector', new neo4j.Vector(new Float32Array([1, 2.5])), [1, 2.5]],
    ['map', { a: [1n, { b: null }] }, { a: [1, { b: null }] }],
  ])('%s', (_name, value, expected) => {
    expect(toJson(value, neo4j)).toEqual(expected);
  });

  test('nodes, relationships and paths are objects', () => {
    const ada = new neo4j.Node(1n, ['Person'], { born: 1815n }, 'n1');
    const bob = new neo4j.Node(2n, [], {}, 'n2');
    const knows = new neo4j.Relationship(3n, 1n, 2n, 'KNOWS', { since: 1833n }, 'r3', 'n1', 'n2');
    const path = new neo4j.Path(ada, bob, [new neo4j.PathSegment(ada, knows, bob)]);
    const node = { elementId: 'n1', labels: ['Person'], properties: { born: 1815 } };
    const relationship = {
      elementId: 'r3',
      type: 'KNOWS',
      startElementId: 'n1',
      endElementId: 'n2',
      properties: { since: 1833 },
    };
    expect(toJson(ada, neo4j)).toEqual(node);
    expect(toJson(knows, neo4j)).toEqual(relationship);
    expect(toJson(path, neo4j)).toEqual({
      nodes: [node, { elementId: 'n2', labels: [], properties: {} }],
      relationships: [relationship],
    });
  });

  test('a key of a map that names the prototype is a key', () => {
    const map: unknown = JSON.parse('{"__proto__": 1, "constructor": 2}');
    expect(JSON.stringify(toJson(map, neo4j))).toBe('{"__proto__":1,"constructor":2}');
  });
});
