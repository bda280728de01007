// Sources of every kind that are opened with the account of a caller: what a file may say, and that an account which does
// not fit opens nothing, least of all with the server's own rights.
import { describe, expect, test } from 'vitest';
import { hasMark } from '../../server/src/catalog/caller-account.ts';
import { sourceKinds, toolKinds } from '../../server/src/kinds/kinds.ts';
import { loadTexts } from '../support/load-texts.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';

const kinds = { sources: sourceKinds, tools: toolKinds, auth_services: [], resources: [] };
const load = (text: string) => loadTexts({ files: { 't.yaml': text }, kinds });
const fields: Readonly<Record<string, string>> = {
  postgres: 'host: h, database: d',
  mysql: 'host: h, database: d',
  mssql: 'host: h, database: d',
  neo4j: 'uri: bolt://h',
  redis: 'host: h',
  spanner: 'project: p, instance: i, database: d',
  http: 'baseUrl: https://h.example',
  remote: 'base_url: https://h.example',
  mcp: 'url: https://h.example/mcp',
  openapi: `document: {openapi: 3.0.0, info: {title: t, version: "1"}, servers: [{url: https://h.example}],
    components: {securitySchemes: {key: {type: http, scheme: bearer}}}, security: [{key: []}],
    paths: {/a: {get: {operationId: a, responses: {"200": {description: d}}}}}}`,
};

describe('a file', () => {
  test.each(sourceKinds.filter((kind) => kind.caller_account !== undefined).map(({ type }) => type))(
    'may say credential: caller for %s, and must not have the account',
    async (type) => {
      verifies('DBT-16');
      const source = (more: string) =>
        `sources: {s: {kind: ${type}, ${fields[type] ?? ''}, credential: caller${more}}}`;
      expect((await load(source(''))).faults).toEqual([]);
      const kind = sourceKinds.find((one) => one.type === type);
      if (kind?.caller_account?.kind !== 'connection') return;
      for (const field of Object.keys(kind.caller_account.fields)) {
        const { faults } = await load(source(`, ${field}: x`));
        expect(faults).toMatchObject([{ path: `sources.s.${field}`, line: 1 }]);
      }
    },
  );

  test('may not say it for a kind that cannot', async () => {
    const { faults } = await load('sources: {s: {kind: sqlite, database: d.db, credential: {system: x}}}');
    expect(faults).toMatchObject([{ path: 'sources.s.credential', message: expect.stringContaining('"sqlite"') }]);
  });

  test('of a tenant takes no accounts of a source of the whole server', async () => {
    const source = (more: string) => `sources: {books: {kind: postgres, host: h, database: d, credential: ${more}}}`;
    const tenant = { kind: 'tenant', tenant_id: '00000000-0000-7000-8000-000000000001' } as const;
    const faultsOf = async (theirs: string) => {
      const { faults } = await loadTexts({
        files: { 'a.yaml': source('caller'), 'b.yaml': source(theirs) },
        load: [
          { name: 'a.yaml', scope: { kind: 'system' } },
          { name: 'b.yaml', scope: tenant },
        ],
        kinds,
      });
      return faults.map(({ file, message }) => `${file}: ${message}`);
    };
    const message = 'b.yaml: takes accounts of "books", which is a source of the whole server';
    expect(await faultsOf('caller')).toEqual([message]);
    expect(await faultsOf('{system: other, compatible: [books]}')).toEqual([message]);
    expect(await faultsOf('{system: other}')).toEqual([]);
  });
});

describe('an account that does not fit', () => {
  const spanner = `sources: {s: {kind: spanner, ${fields['spanner']}, credential: caller}}
tools: {t: {kind: spanner-sql, source: s, description: d, statement: SELECT 1}}`;

  test.each([[{}], [{ credentials: '' }], [{ credentials: 'junk' }], [{ credentials: '{"type":"external_account"}' }]])(
    'opens no Spanner with the Application Default Credentials of the server: %j',
    async (account) => {
      const { catalogue } = await load(spanner);
      const [tool] = catalogue.tools;
      const ctx = runContext({ credential: { id: 'c', version: '1', account } });
      await expect(tool?.run({}, ctx)).rejects.toMatchObject({ code: 'credential_refused' });
      await catalogue.close();
    },
  );
});

test('a mark is found in an error and in what caused it, not in other fields', () => {
  const mark = { field: 'code', values: ['28P01'] };
  expect(hasMark(Object.assign(new Error('x'), { code: '28P01' }), mark)).toBe(true);
  expect(hasMark(new Error('x', { cause: { code: '28P01' } }), mark)).toBe(true);
  expect(hasMark(new Error('28P01'), mark)).toBe(false);
  expect(hasMark({ code: '08006' }, mark)).toBe(false);
  const endless: { cause?: unknown } = {};
  endless.cause = endless;
  expect(hasMark(endless, mark)).toBe(false);
});
