// The ready-made sets: each loads without faults, is in the published package, and one of them is tried for real.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { loadCatalogue } from '../../server/src/catalog/load-catalogue.ts';
import { authServiceKinds, resourceKinds, sourceKinds, toolKinds } from '../../server/src/kinds/kinds.ts';
import { prebuiltFiles, prebuiltNames } from '../../server/src/prebuilt.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const http = createHttpClient({ allowed_private: [] });
afterAll(() => http.close());

async function load(name: string, variables: Readonly<Record<string, string>>) {
  return loadCatalogue({
    files: prebuiltFiles([name]),
    environment: (variable) => variables[variable],
    kinds: { tools: toolKinds, sources: sourceKinds, auth_services: authServiceKinds, resources: resourceKinds },
    deps: { log: createLog({ level: 'silent' }), clock: systemClock, http },
  });
}

/** Those that have no default. */
function neededVariables(name: string): readonly string[] {
  const text = readFileSync(new URL(`../../server/prebuilt/${name}.yaml`, import.meta.url), 'utf8');
  return [...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => variable);
}

describe('every set', () => {
  it.each(prebuiltNames())('%s loads with its variables, and says which of them are missing', async (name) => {
    verifies('DBT-09');
    const needed = neededVariables(name);
    const { catalogue, faults } = await load(name, Object.fromEntries(needed.map((variable) => [variable, 'a-value'])));
    expect(faults).toEqual([]);
    const names = catalogue.tools.map((tool) => tool.name);
    expect(catalogue.toolsets[0]?.tool_names.toSorted()).toEqual(names);
    for (const tool of catalogue.tools) expect(tool.read_only).toBe(true);
    await catalogue.close();
    const without = await load(name, {});
    expect(without.faults.filter(({ message }) => message.includes('is not set'))).toHaveLength(needed.length);
    await without.catalogue.close();
  });

  it('is in the published package', () => {
    const server = fileURLToPath(new URL('../../server/', import.meta.url));
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--offline'], { cwd: server, encoding: 'utf8' });
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    for (const file of readdirSync(`${server}/prebuilt`)) expect(paths).toContain(`prebuilt/${file}`);
  });
});

describe('postgres', () => {
  let database: TestDatabase;
  let toolcrib: TestServer;
  beforeAll(async () => {
    database = await createDatabase();
    const { hostname, port, username, password, pathname } = new URL(database.url);
    const variables: Record<string, string> = {
      POSTGRES_HOST: hostname,
      POSTGRES_PORT: port,
      POSTGRES_DATABASE: pathname.slice(1),
      POSTGRES_USER: username,
      POSTGRES_PASSWORD: password,
      POSTGRES_READ_ONLY: 'false',
    };
    toolcrib = await startTestServer({
      config: { database_url: database.url, prebuilt: ['postgres'] },
      environment: (name) => variables[name],
    });
  });
  afterAll(async () => {
    await toolcrib.stop();
    await database.drop();
  });

  it('runs statements, lists tables and columns; there is no demo beside it', async () => {
    const call = async (tool: string, args: object) =>
      (await toolcrib.request('POST', `/v1/tools/${tool}/call`, { body: { arguments: args } })).body.result;
    expect(toolcrib.server.faults).toEqual([]);
    await call('execute_sql', { sql: 'CREATE TABLE planes (tail text PRIMARY KEY, seats int)' });
    const tables = await call('list_tables', { table_names: 'planes', output_format: 'simple' });
    expect(tables.rows).toMatchObject([{ object_name: 'planes' }]);
    const columns = await call('list_columns', { table_names: 'planes' });
    expect(columns.rows.map((row: { column_name: string }) => row.column_name)).toEqual(['tail', 'seats']);
    const { body } = await toolcrib.request('GET', '/v1/tools');
    expect(body.tools.map((tool: { name: string }) => tool.name)).toEqual([
      'execute_sql',
      'list_columns',
      'list_tables',
    ]);
  });
});
