import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadTexts } from '../../../test/support/load-texts.ts';
import { openSources } from '../../../test/support/memory-kinds.ts';
import { runContext } from '../../../test/support/run-context.ts';
import { verifies } from '../../../test/support/verifies.ts';
import type { Catalogue } from './catalogue.ts';

const ctx = runContext();

const source = 'sources: {pg: {kind: postgres, host: h, database: d, user: u, password: p}}\n';
const tool = (name: string, more = ''): string =>
  `tools: {${name}: {kind: postgres-sql, source: pg, statement: SELECT 1, description: d${more}}}\n`;
const names = (catalogue: Catalogue): readonly string[] => catalogue.tools.map(({ name }) => name);
const acme = { kind: 'tenant', tenant_id: 'acme' } as const;
const zeta = { kind: 'tenant', tenant_id: 'zeta' } as const;
const system = { kind: 'system' } as const;

describe('the flights example', () => {
  const read = (path: string): Promise<string> => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

  it('the file of the Toolbox documentation loads as it is, and is the same tool', async () => {
    verifies('DBT-01', 'DBT-09');
    const files = { 'tools.yaml': await read('test/fixtures/toolbox-tools.yaml') };
    const { catalogue, faults } = await loadTexts({ files });
    expect(faults).toEqual([]);
    expect(names(catalogue)).toEqual(['search_flights_by_number']);
    const example = await loadTexts({ files: { 'tools.yaml': await read('examples/flights/tools.yaml') } });
    expect(catalogue.tools[0]?.version).toBe(example.catalogue.findTool('anyone', 'search_flights_by_number')?.version);
  });

  it('loads without a fault, every default in its place', async () => {
    verifies('DBT-09');
    const { catalogue, faults } = await loadTexts({
      files: { 'tools.yaml': await read('examples/flights/tools.yaml') },
    });
    expect(faults).toEqual([]);
    expect(names(catalogue)).toEqual(['list_flights', 'search_flights_by_number']);
    expect(catalogue.sources.map(({ name }) => name)).toEqual(['my-pg-instance']);
    expect(catalogue.findToolset('anyone', 'flights')?.tool_names).toEqual([
      'search_flights_by_number',
      'list_flights',
    ]);
    const search = catalogue.findTool('anyone', 'search_flights_by_number');
    expect(search).toMatchObject({
      kind: 'postgres-sql',
      source: 'my-pg-instance',
      scope: system,
      read_only: true,
      danger: 'low',
      timeout_ms: 30_000,
      concurrency: 64,
      result_limits: { rows: 1_000, bytes: 1_048_576 },
      input_schema: { required: ['airline', 'flight_number'] },
    });
    expect(search?.description).toContain('given CY 0123, the airline is "CY", and flight_number is "123".\n');
    expect(search?.description.endsWith('}}\n')).toBe(true);
    const args = search?.validate({ airline: 'CY', flight_number: '888' }, () => null) ?? {};
    expect(await search?.run(args, ctx)).toMatchObject({
      value: {
        source: 'postgres',
        statement: 'SELECT * FROM flights\nWHERE airline = $1\nAND flight_number = $2\nLIMIT 10\n',
        args: '{"airline":"CY","flight_number":"888"}',
      },
    });
  });
});

describe('formats', () => {
  const map = `${source}${tool('search', ', title: Search, parameters: []')}toolsets: {all: [search]}\n`;
  const flat = `
# A comment before everything
---
# An empty document is nothing, and what follows it counts
---
kind: toolset
name: all
description: Everything
tools: [search]
---
kind: tool
type: postgres-sql
name: search
title: Search # for people
description: d
source: pg
statement: SELECT 1
---
kind: source
type: postgres
name: pg
host: h
database: d
user: u
password: p
`;

  it.each([
    ['map', map],
    ['flat', flat],
    ['mixed', `${source}---\n${flat.slice(0, flat.indexOf('---\nkind: source'))}`],
  ])('%s: loads, and the version does not depend on it', async (_name, text) => {
    verifies('DBT-09');
    const { catalogue, faults } = await loadTexts({ files: { 'tools.yaml': text } });
    expect(faults).toEqual([]);
    const { version: expected } = (await loadTexts({ files: { 'a.yaml': map } })).catalogue.tools[0] ?? {};
    expect(catalogue.tools).toMatchObject([{ name: 'search', title: 'Search', version: expected }]);
    expect(catalogue.toolsets).toMatchObject([{ name: 'all', tool_names: ['search'] }]);
  });

  it('"type" and "kind" both name the type, aliases count as the type, empty sections are nothing', async () => {
    const text = `${source.replace('kind: postgres', 'type: alloydb-postgres')}tools:
  a: {kind: pg-sql, type: pg-sql, source: pg, statement: SELECT 1, description: d}
  b: {type: clock, description: d}
toolsets:
  none: []
---
tools:
sources:
---
~`;
    const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text } });
    expect(faults).toEqual([]);
    expect(catalogue.tools).toMatchObject([
      { name: 'a', kind: 'postgres-sql' },
      { name: 'b', kind: 'clock' },
    ]);
    expect(catalogue.toolsets).toMatchObject([{ name: 'none', tool_names: [] }]);
  });

  it('aliases, merged maps and what they bring', async () => {
    const text = `${source}tools:
  a: &a {kind: postgres-sql, source: pg, statement: SELECT 1, description: first, timeout_ms: 5}
  b: {<<: *a, description: second}
  c: {description: third, <<: [{max_rows: 7}, *a]}
`;
    const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text } });
    expect(faults).toEqual([]);
    expect(catalogue.tools).toMatchObject([
      { name: 'a', description: 'first', timeout_ms: 5 },
      { name: 'b', description: 'second', timeout_ms: 5 },
      { name: 'c', description: 'third', timeout_ms: 5, result_limits: { rows: 7 } },
    ]);
  });

  it('parameters of every type, what MCP calls annotations, and limits', async () => {
    verifies('DBT-06');
    const text = `tools:
  t:
    type: clock
    description: d
    annotations: {title: T, readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false}
    danger: critical
    timeout_ms: 1000
    concurrency: 2
    max_rows: 3
    max_bytes: 4
    parameters:
      - {name: s, type: string, description: d}
      - {name: i, type: integer, description: d, required: false}
      - {name: f, type: float, description: d, default: 1}
      - {name: b, type: boolean, description: d, default: false, required: true}
      - {name: a, type: array, description: d, items: {type: array, items: {name: x, description: y, type: string}}}
`;
    const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text } });
    expect(faults).toEqual([]);
    expect(catalogue.tools[0]).toMatchObject({
      title: 'T',
      read_only: false,
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
      danger: 'critical',
      timeout_ms: 1000,
      concurrency: 2,
      result_limits: { rows: 3, bytes: 4 },
      parameters: [
        { name: 's', type: 'string', required: true },
        { name: 'i', type: 'integer', required: false },
        { name: 'f', type: 'float', required: false, default: 1 },
        { name: 'b', type: 'boolean', required: false, default: false },
        { name: 'a', type: 'array', items: { type: 'array', items: { name: 'x', description: 'y', type: 'string' } } },
      ],
    });
  });

  it('danger is medium where a tool may write and does not say', async () => {
    const { catalogue } = await loadTexts({ files: { 'a.yaml': `${source}${tool('w', ', readOnly: false')}` } });
    expect(catalogue.tools[0]).toMatchObject({ read_only: false, danger: 'medium' });
  });
});

describe('files', () => {
  it('a folder is read with its folders, in order, hidden ones and other files left out', async () => {
    verifies('DBT-09');
    const { catalogue, faults } = await loadTexts({
      files: {
        'a.yaml': source,
        'b/one.yml': tool('one'),
        'b/c/TWO.YAML': tool('two'),
        'b/notes.md': '# not YAML: [',
        '.hidden/three.yaml': tool('three'),
        '.four.yaml': tool('four'),
      },
    });
    expect(faults).toEqual([]);
    expect(names(catalogue)).toEqual(['one', 'two']);
  });

  it('what cannot be read is a fault, and the rest works', async () => {
    verifies('DBT-11');
    const { catalogue, faults } = await loadTexts({
      files: {
        'ok.yaml': source + tool('ok'),
        'latin.yaml': Buffer.from([0x61, 0xe9]),
        'big.yaml': `#${'x'.repeat(2 ** 20)}`,
        'empty/a.txt': '',
      },
      load: ['ok.yaml', 'latin.yaml', 'big.yaml', 'missing.yaml', 'empty'].map((name) => ({ name, scope: system })),
    });
    expect(names(catalogue)).toEqual(['ok']);
    expect(faults).toEqual([
      { path: '', file: 'latin.yaml', message: 'the file is not UTF-8 text' },
      { path: '', file: 'big.yaml', message: 'the file is larger than 1048576 bytes', hint: 'Split it.' },
      { path: '', file: 'missing.yaml', message: 'there is no such file or folder' },
      { path: '', file: 'empty', message: 'the folder holds no file *.yaml or *.yml' },
    ]);
  });

  it('a broken document, source or tool stops nothing else, and says what it stopped', async () => {
    verifies('DBT-11');
    const text = `tools: {bad: [}
---
${source}${tool('good')}
---
sources: {down: {kind: postgres}}
tools:
  on_down: {kind: postgres-sql, source: down, statement: SELECT 1, description: d}
  also_good: {type: clock, description: d}
toolsets: {some: [good, on_down, also_good], typo: [goood]}
`;
    const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text } });
    expect(names(catalogue)).toEqual(['also_good', 'good']);
    expect(catalogue.toolsets).toMatchObject([{ name: 'some', tool_names: ['good', 'also_good'] }]);
    expect(catalogue.failed.map(({ entity, name }) => `${entity} ${name}`)).toEqual([
      'source down',
      'tool on_down',
      'toolset typo',
    ]);
    expect(catalogue.failed[1]?.faults).toMatchObject([{ message: 'the source "down" cannot be used', line: 9 }]);
    expect([...new Set(faults.map(({ path }) => path))]).toEqual([
      'documents[0]',
      'sources.down.host',
      'sources.down.database',
      'sources.down.user',
      'sources.down.password',
      'tools.on_down.source',
      'toolsets.typo[0]',
    ]);
  });

  it('strict: nothing loads when anything has a fault, and no source stays open', async () => {
    const text = `${source.replace('pg', 'strict')}tools: {bad: {kind: clock}}\n`;
    await expect(loadTexts({ files: { 'a.yaml': text }, strict: true })).rejects.toMatchObject({
      code: 'config_invalid',
      message: 'The configuration has 1 fault(s).',
      faults: [{ path: 'tools.bad.description', line: 2 }],
    });
    expect(openSources).not.toContain('strict');
  });

  it('closing the catalogue closes its sources', async () => {
    const { catalogue } = await loadTexts({ files: { 'a.yaml': source.replace('pg', 'closing') }, strict: true });
    expect(openSources).toContain('closing');
    await catalogue.close();
    expect(openSources).not.toContain('closing');
  });
});

describe('placeholders', () => {
  const text = `sources:
  pg:
    kind: postgres
    host: "\${HOST}.internal"
    port: \${PORT}
    database: \${DATABASE:flights}
    user: \${USER:}
    password: '\${PASSWORD}'
    tls: \${TLS}
tools:
  t:
    kind: postgres-sql
    source: \${SOURCE:pg}
    statement: SELECT '\${HOST}', $1
    description: On \${HOST}
    timeout_ms: \${TIMEOUT:500}
    parameters:
      - {name: limit, type: integer, description: d, default: '\${LIMIT:10}'}
`;
  const environment = { HOST: 'db', PORT: '6000', PASSWORD: '0123', TLS: 'true' };

  it('are filled in outside statements, as the type that the field wants', async () => {
    verifies('DBT-09');
    const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text }, environment });
    expect(faults).toEqual([]);
    const [found] = catalogue.tools;
    expect(found).toMatchObject({
      description: 'On db',
      timeout_ms: 500,
      parameters: [{ name: 'limit', default: 10 }],
    });
    expect(await found?.run({ limit: 1 }, ctx)).toMatchObject({ value: { statement: "SELECT '${HOST}', $1" } });
  });

  it.each(['a\nkind: sqlite', '}', '[1, 2]', '{a: 1}', '*x', '# no comment', '"', 'null', '${HOST}', '- a'])(
    'a value stays one value: %j',
    async (value) => {
      const { catalogue, faults } = await loadTexts({
        files: { 'a.yaml': text },
        environment: { ...environment, HOST: value, PASSWORD: value },
      });
      expect(faults).toEqual([]);
      expect(catalogue.tools[0]?.description).toBe(`On ${value}`);
    },
  );
});

describe('scopes', () => {
  it('a tenant sees what everyone sees and its own; two tenants may use the same names', async () => {
    verifies('TEN-01');
    const { catalogue, faults } = await loadTexts({
      files: {
        'system.yaml': `${source}${tool('common')}toolsets: {set: [common]}`,
        'acme.yaml': `${source}${tool('own', ', title: Acme')}toolsets: {mine: [own, common]}`,
        'zeta.yaml': `${source}${tool('own', ', title: Zeta')}`,
      },
      load: [
        { name: 'zeta.yaml', scope: zeta },
        { name: 'acme.yaml', scope: acme },
        { name: 'system.yaml', scope: system },
      ],
    });
    expect(faults).toEqual([]);
    expect(catalogue.findTool('acme', 'own')?.title).toBe('Acme');
    expect(catalogue.findTool('zeta', 'own')?.title).toBe('Zeta');
    expect(catalogue.findTool('other', 'own')).toBeUndefined();
    expect(catalogue.visibleTools('acme').map(({ name }) => name)).toEqual(['common', 'own']);
    expect(catalogue.visibleTools('acme')).toBe(catalogue.visibleTools('acme'));
    expect(catalogue.visibleTools('other')).toBe(catalogue.visibleTools('another'));
    expect(catalogue.visibleToolsets('acme').map(({ name }) => name)).toEqual(['mine', 'set']);
    expect(catalogue.findToolset('zeta', 'mine')).toBeUndefined();
    expect(catalogue.visibleSources('acme').sources.map(({ scope }) => scope)).toEqual([acme, system]);
    expect(catalogue.visibleSources('other').sources.map(({ scope }) => scope)).toEqual([system]);
  });

  it('nothing is shadowed, no scope reaches into another one, and a failure is shown to its tenant only', async () => {
    verifies('TEN-01');
    const { catalogue, faults } = await loadTexts({
      files: {
        'acme.yaml': `${tool('common')}---\n${tool('reaching')}toolsets: {set: []}`,
        'system.yaml': `${source}${tool('common')}toolsets: {set: [own]}\n---\n${tool('own_of_zeta')}`,
        'zeta.yaml': `${source}${tool('own')}`,
      },
      load: [
        { name: 'acme.yaml', scope: acme },
        { name: 'system.yaml', scope: system },
        { name: 'zeta.yaml', scope: zeta },
      ],
    });
    expect(faults.map(({ file, line, path, message }) => `${file}:${line} ${path}: ${message}`)).toEqual([
      'acme.yaml:1 tools.common: the tool "common" is already defined at system.yaml:2',
      'acme.yaml:1 tools.common.source: there is no source "pg"',
      'acme.yaml:3 tools.reaching.source: there is no source "pg"',
      'acme.yaml:4 toolsets.set: the toolset "set" is already defined at system.yaml:3',
      'system.yaml:3 toolsets.set[0]: there is no tool "own"',
    ]);
    expect(catalogue.findTool('acme', 'common')?.scope).toEqual(system);
    expect(catalogue.visibleSources('acme').failed.map(({ name }) => name)).toEqual(['common', 'reaching', 'set']);
    expect(catalogue.visibleSources('zeta').failed).toEqual([]);
  });
});

describe('version', () => {
  const versionOf = async (text: string): Promise<string | undefined> =>
    (await loadTexts({ files: { 'a.yaml': text } })).catalogue.tools[0]?.version;

  it('changes with the definition and with nothing else', async () => {
    const version = await versionOf(source + tool('t'));
    expect(version).toMatch(/^[0-9a-f]{16}$/);
    expect(await versionOf(`# comment\n${tool('t', ', readOnly: true, timeout_ms: 30000')}\n---\n${source}`)).toBe(
      version,
    );
    expect(await versionOf(source.replace('host: h', 'host: i') + tool('t'))).toBe(version);
    const others = await Promise.all([
      versionOf(source + tool('u')),
      versionOf(source + tool('t').replace('SELECT 1', 'SELECT 2')),
      versionOf(source + tool('t', ', readOnly: false')),
      versionOf(source + tool('t', ', max_rows: 5')),
      versionOf(source + tool('t', ', annotations: {idempotentHint: true}')),
    ]);
    expect(new Set([version, ...others]).size).toBe(6);
  });
});
