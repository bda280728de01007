// What tool files may say of PostgreSQL and SQLite, told when they are loaded: template parameters, read-only tools, kinds
// with a statement of their own, and the fields that the toolbox has for the same databases.
import { describe, expect, test } from 'vitest';
import { postgresExecuteSql } from '../../server/src/kinds/postgres/postgres-execute-sql.ts';
import { postgresListTables } from '../../server/src/kinds/postgres/postgres-list-tables.ts';
import { postgresSource } from '../../server/src/kinds/postgres/postgres-source.ts';
import { postgresSql } from '../../server/src/kinds/postgres/postgres-sql.ts';
import { sqliteSource } from '../../server/src/kinds/sqlite/sqlite-source.ts';
import { sqliteSql } from '../../server/src/kinds/sqlite/sqlite-sql.ts';
import { loadTexts } from '../support/load-texts.ts';
import { verifies } from '../support/verifies.ts';

const kinds = {
  sources: [postgresSource, sqliteSource],
  tools: [postgresSql, postgresExecuteSql, postgresListTables, sqliteSql],
  auth_services: [],
  resources: [],
};
const account = 'host: 127.0.0.1, database: d, user: u, password: p';

async function load(tool: string, source = `{kind: postgres, ${account}}`) {
  const text = `sources: {db: ${source}}\ntools:\n  t:\n    source: db\n    description: d\n${tool.replaceAll(/^/gm, '    ')}\n`;
  const { catalogue, faults } = await loadTexts({ files: { 'tools.yaml': text }, kinds });
  const shown = faults.map(
    ({ path, message, hint }) => `${path} — ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
  return { tool: catalogue.tools.find(({ name }) => name === 't'), faults: shown };
}

describe('template parameters', () => {
  test('are arguments like the others, and stand in the schema', async () => {
    verifies('DBT-06');
    const { tool, faults } = await load(`kind: postgres-sql
statement: SELECT {{array .columns}} FROM {{.table}} WHERE name = $1 ORDER BY {{.order}}
parameters: [{name: name, type: string, description: n}]
templateParameters:
  - {name: table, type: string, description: t}
  - {name: columns, type: array, description: c, items: {name: column, type: string, description: c}}
  - {name: order, type: string, description: o, allowedValues: [name, "name DESC"], default: name}`);
    expect(faults).toEqual([]);
    expect(Object.keys(tool?.input_schema['properties'] ?? {})).toEqual(['name', 'table', 'columns', 'order']);
    expect(tool?.input_schema['required']).toEqual(['name', 'table', 'columns']);
  });

  // oxfmt-ignore
  test.each<readonly [string, string]>([
    [`statement: SELECT * FROM {{.table}}`,
      'tools.t.statement — {{.table}} has no template parameter | Define it in templateParameters, or correct the name.'],
    [`statement: SELECT {{.name}}\nparameters: [{name: name, type: string, description: n}]`,
      'tools.t.statement — {{.name}} has no template parameter | "name" is a bound parameter: write its placeholder, or define it in templateParameters.'],
    [`statement: "SELECT '{{.x}}'"\ntemplateParameters: [{name: x, type: string, description: x, escape: single-quotes}]`,
      'tools.t.statement — {{.x}} is quoted already and stands inside quotes or a comment | Its value could break out. Put it by itself, without quotes around it.'],
    [`statement: SELECT {{.x}}\ntemplateParameters: [{name: x, type: string, description: x, escape: square-brackets}]`,
      'tools.t.templateParameters[0].escape — this database has no square-brackets | Use one of: single-quotes, double-quotes.'],
    [`statement: SELECT 1\ntemplateParameters: [{name: x, type: string, description: x}]`,
      'tools.t.templateParameters[0] — The statement does not use the template parameter "x" | Write {{.x}} where its value belongs, or remove it.'],
    [`statement: SELECT {{.x}}; DELETE FROM t\ntemplateParameters: [{name: x, type: string, description: x}]`,
      'tools.t.statement — There is more than one statement | A tool runs one statement. Make one tool for each, or one statement of them (WITH … AS).'],
  ])('%s', async (tool, fault) => {
    verifies('DBT-11');
    expect((await load(`kind: postgres-sql\n${tool}`)).faults).toEqual([fault]);
  });
});

describe('a read-only tool', () => {
  // oxfmt-ignore
  test.each([
    ['postgres', 'DO $$ BEGIN END $$'], ['postgres', "SET app.x = '1'"], ['postgres', 'COPY t TO STDOUT'], ['postgres', 'CALL p()'],
    ['postgres', 'VACUUM t'], ['postgres', 'LISTEN x'], ['postgres', '/* SELECT */ DROP TABLE t'], ['postgres', 'EXECUTE p'],
    ['postgres', 'BEGIN'], ['postgres', 'ALTER TABLE t ADD c int'], ['postgres', 'REFRESH MATERIALIZED VIEW v'],
    ['sqlite', 'CREATE TABLE t (a)'], ['sqlite', "ATTACH 'x' AS y"], ['sqlite', 'VACUUM'], ['sqlite', 'BEGIN'],
  ])('cannot run %s: %s', async (type, statement) => {
    verifies('DBT-14', 'DBT-11');
    const source = type === 'sqlite' ? '{kind: sqlite, database: x.db}' : undefined;
    const tool = `kind: ${type}-sql\nstatement: ${JSON.stringify(statement)}`;
    const { faults } = await load(tool, source);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^tools\.t\.statement — A read-only tool cannot run [A-Z]+ \| Write "readOnly: false"/);
    expect((await load(`${tool}\nreadOnly: false`, source)).faults).toEqual([]);
  });

  test.each(['SELECT 1', '(SELECT 1)', 'WITH a AS (SELECT 1) TABLE a', 'EXPLAIN SELECT 1', 'SHOW x', 'VALUES (1)'])(
    'can run %s',
    async (statement) => {
      verifies('DBT-14');
      expect((await load(`kind: postgres-sql\nstatement: ${statement}`)).faults).toEqual([]);
    },
  );
});

describe('kinds with parameters of their own', () => {
  test('have them in their schema, and execute is dangerous', async () => {
    verifies('DBT-05');
    const execute = await load('kind: postgres-execute-sql');
    expect(execute.faults).toEqual([]);
    expect(execute.tool).toMatchObject({ danger: 'high', read_only: true, input_schema: { required: ['sql'] } });
    const tables = await load('kind: postgres-list-tables');
    expect(tables.tool).toMatchObject({ danger: 'low', read_only: true, input_schema: { required: [] } });
  });

  // oxfmt-ignore
  test.each<readonly [string, string]>([
    ['kind: postgres-execute-sql\nparameters: []', 'tools.t.parameters — tools of type "postgres-execute-sql" have parameters of their own | Remove the field.'],
    ['kind: postgres-execute-sql\nstatement: SELECT 1', 'tools.t.statement — unknown field'],
    ['kind: postgres-list-tables\nreadOnly: false', 'tools.t.readOnly — tools of this type only read | Remove the field, or write true.'],
  ])('%s', async (tool, fault) => {
    verifies('DBT-11');
    expect((await load(tool)).faults[0]).toContain(fault);
  });

  test('a statement of the caller is refused where sessionSettings would have to hold it', async () => {
    verifies('DBT-16');
    const source = `{kind: postgres, ${account}, sessionSettings: {app.tenant: $tenant.id}}`;
    const { faults } = await load('kind: postgres-execute-sql', source);
    expect(faults).toHaveLength(1);
    expect((await load('kind: postgres-sql\nstatement: SELECT 1', source)).faults).toEqual([]);
  });
});

describe('fields of the toolbox', () => {
  const one = 'kind: postgres-sql\nstatement: SELECT 1';

  // oxfmt-ignore
  test.each([
    `{kind: cloud-sql-postgres, ${account}}`,
    `{kind: alloydb-postgres, ${account}, readOnly: false}`,
    `{kind: yugabytedb, ${account}, loadBalance: "false"}`,
    `{kind: cockroachdb, ${account}, port: "26257", readOnlyMode: true, enableWriteMode: false}`,
    `{kind: postgres, ${account}, queryParams: {sslmode: disable, application_name: x, search_path: a, connect_timeout: "10"}}`,
    `{kind: postgres, ${account}, queryExecMode: cache_describe, connectTimeout: 10, sqlCommenter: false}`,
    `{kind: postgres, ${account}, queryParams: {sslmode: verify-full}, ssl: true}`,
    `{kind: postgres, host: h, database: d, credential: caller, sessionSettings: {role: $tenant.slug}}`,
  ])('%s is taken', async (source) => {
    verifies('DBT-01');
    expect((await load(one, source)).faults).toEqual([]);
  });

  // oxfmt-ignore
  test.each<readonly [string, string]>([
    [`{kind: cloud-sql-postgres, ${account}, project: p}`, 'sources.db.project — belongs to Google’s connector'],
    [`{kind: alloydb-postgres, ${account}, cluster: c}`, 'sources.db.cluster — belongs to Google’s connector'],
    [`{kind: alloydb-postgres, ${account}, readOnly: true}`, 'sources.db.readOnly — tools are read-only unless they say'],
    [`{kind: cockroachdb, ${account}, enableWriteMode: true}`, 'sources.db.enableWriteMode — write readOnly: false in the tools'],
    [`{kind: cockroachdb, ${account}, maxRowLimit: 5}`, 'sources.db.maxRowLimit — write max_rows in the tool'],
    [`{kind: yugabytedb, ${account}, topologyKeys: a.b}`, 'sources.db.topologyKeys — belongs to the driver of YugabyteDB'],
    [`{kind: postgres, ${account}, queryParams: {sslmode: prefer}}`, 'sources.db.queryParams.sslmode — write disable or verify-full'],
    [`{kind: postgres, ${account}, queryParams: {sslrootcert: /x}}`, 'sources.db.queryParams.sslrootcert — write ssl: {ca: …}'],
    [`{kind: postgres, ${account}, queryParams: {sslmode: disable}, ssl: true}`, 'sources.db.ssl — contradicts sslmode'],
    [`{kind: postgres, ${account}, queryParams: {DateStyle: German}}`, 'sources.db.queryParams.DateStyle — unknown field'],
    [`{kind: postgres, ${account}, sessionSettings: {transaction_read_only: "off"}}`, 'sources.db.sessionSettings.transaction_read_only — the server itself relies on this setting'],
    [`{kind: postgres, ${account}, sessionSettings: {TimeZone: UTC}}`, 'sources.db.sessionSettings.TimeZone — a setting of PostgreSQL has a name of lower-case letters'],
    [`{kind: postgres, ${account}, sessionSettings: {app.user: $user.mail}}`, 'sources.db.sessionSettings.app.user — a value that begins with "$" names a fact about the caller | Did you mean "$user.email"'],
    [`{kind: postgres, ${account}, queryExecMode: simple_protocol}`, 'sources.db.queryExecMode — statements are always prepared and bound'],
    [`{kind: postgres, ${account}, sqlCommenter: true}`, 'sources.db.sqlCommenter — every call is in the audit'],
    [`{kind: postgres, ${account}, projet: p}`, 'sources.db.projet — unknown field'],
  ])('%s', async (source, fault) => {
    verifies('DBT-11');
    const { faults } = await load(one, source);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).not.toContain('project,');
  });
});
