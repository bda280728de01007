// Where a file may name secret variables, and what is said where nothing would fill them in.
import { expect, test } from 'vitest';
import { authServiceKinds, sourceKinds, toolKinds } from '../../server/src/kinds/kinds.ts';
import { loadTexts } from '../support/load-texts.ts';
import { verifies } from '../support/verifies.ts';

const kinds = { sources: sourceKinds, tools: toolKinds, auth_services: authServiceKinds, resources: [] };
const web = 'sources:\n  web: { kind: http, baseUrl: https://example.com }\n';
const get = `${web}tools:\n  t:\n    kind: http\n    source: web\n    description: d\n    method: GET\n`;
const lite = 'sources:\n  db: { kind: sqlite, database: ":memory:" }\n';
const select = `${lite}tools:\n  t:\n    kind: sqlite-sql\n    source: db\n    description: d\n`;

async function faultsOf(text: string): Promise<readonly string[]> {
  const { faults } = await loadTexts({ files: { 'a.yaml': text }, kinds });
  return faults.map(({ path, message }) => `${path}: ${message}`);
}

const not_here = 'secret variables are not filled in here';

test.each([
  ['a base URL', 'sources:\n  web: { kind: http, baseUrl: "https://${secret.HOST}.example" }\n', 'sources.web.baseUrl'],
  ['a path', `${get}    path: /x/\${secret.KEY}\n`, 'tools.t.path'],
  [
    'a body',
    `${get.replace('GET', 'POST')}    path: /x\n    requestBody: '{"a": "\${secret.KEY}"}'\n`,
    'tools.t.requestBody',
  ],
  ['a statement', `${select}    statement: SELECT '\${secret.KEY}'\n`, 'tools.t.statement'],
  [
    'a password',
    'sources:\n  pg: {kind: postgres, host: h, database: d, user: u, password: "${secret.PW}"}\n',
    'sources.pg.password',
  ],
  ['an auth service', 'authServices:\n  a: { kind: google, clientId: "${secret.ID:x}" }\n', 'authServices.a.clientId'],
])('a variable in %s is a fault', async (_, text, path) => {
  verifies('CRD-08');
  expect(await faultsOf(text)).toContain(`${path}: ${not_here}`);
});

test.each(['${secret.}', '${secret.9}', '${secret.a-b}', '${secret.KEY', 'a ${secret.KEY} ${secret.}'])(
  'a header %s is a fault',
  async (value) => {
    const faults = await faultsOf(`sources:\n  web: {kind: http, baseUrl: https://e.com, headers: {X: '${value}'}}\n`);
    expect(faults).toEqual([
      'sources.web.headers.X: a secret variable is written ${secret.NAME} or ${secret.NAME:default}',
    ]);
  },
);

test('a header with both the credential and a variable is a fault', async () => {
  const header = "{X: '${credential.token} ${secret.KEY}'}";
  const text = `sources:\n  web: {kind: http, baseUrl: https://e.com, credential: caller, headers: ${header}}\n`;
  expect(await faultsOf(text)).toEqual([
    "sources.web.headers.X: a value has the caller's credential or secret variables, not both",
  ]);
});

test.each([
  ['type: integer', 'secret variables are texts: only a parameter of type string takes them'],
  ['type: string, allowedValues: [a]', 'contradicts the bounds of the value: it is known only when the call runs'],
  ['type: string, maxLength: 3', 'contradicts the bounds of the value: it is known only when the call runs'],
  ['type: string, valueFrom: $user.id', 'is about arguments, and this value is filled in'],
])('variables: true with %s is a fault', async (fields, message) => {
  const parameters = `    parameters: [{name: p, description: d, variables: true, ${fields}}]\n`;
  expect(await faultsOf(`${select}    statement: SELECT ?\n${parameters}`)).toContain(
    `tools.t.parameters[0].variables: ${message}`,
  );
});

test('variables: true of a template parameter is a fault', async () => {
  const parameters = '    templateParameters: [{name: p, description: d, type: string, variables: true}]\n';
  expect(await faultsOf(`${select}    statement: SELECT {{.p}}\n${parameters}`)).toContain(
    'tools.t.templateParameters[0].variables: a secret cannot be written into the text of a statement',
  );
});

test('a tool knows which variables every call needs, and one without any pays nothing', async () => {
  const headers = "{A: '${secret.B} ${secret.A}', C: '${secret.C:x}'}";
  const tools = `tools:
  t: {kind: http, source: web, description: d, method: GET, path: /, headers: {D: '\${secret.D}'}}
  other: {kind: http, source: plain, description: 'about \${secret.X}', method: GET, path: /}
  argument: {kind: http, source: plain, description: d, method: GET, path: /, queryParams: [{name: q, type: string, description: d, variables: true}]}
`;
  const text = `sources:
  web: {kind: http, baseUrl: https://e.com, headers: ${headers}}
  plain: {kind: http, baseUrl: https://e.com}
${tools}`;
  const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text }, kinds });
  expect(faults).toEqual([]);
  const variables = Object.fromEntries(catalogue.tools.map((tool) => [tool.name, tool.variables]));
  expect(variables).toEqual({ t: ['D', 'A', 'B'], argument: [], other: undefined });
});
