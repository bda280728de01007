// A28: marked secrets in every place that takes one; then everything is run, with success and without, and no log line, no
// answer, no page, no record of the audit and no byte of the database holds any of them.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { makeMasterKey, parseMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { openStore } from '../../server/src/store/store.ts';
import { hasBrowser } from '../support/browser.ts';
import { agree, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { leaksIn, markedSecret } from '../support/leaks.ts';
import type { Marker, Place } from '../support/leaks.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { callMcp, statelessRequest } from '../support/mcp-request.ts';
import { accept, browse, cookieOf, goodPassword, signIn } from '../support/people.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import type { Answer } from '../support/test-server.ts';
import { openTestVault, testMasterKeys } from '../support/test-vault.ts';
import { verifies } from '../support/verifies.ts';

describe('how secrets are looked for', () => {
  const marker = { name: 'it', text: markedSecret('x') };
  it.each([
    ['as it is', marker.text],
    ['in hex', Buffer.from(`{"a":"${marker.text}"}`).toString('hex')],
    ['in base64', Buffer.from(`user:${marker.text}!`).toString('base64')],
    ['in base64 one further', Buffer.from(`user1:${marker.text}!`).toString('base64')],
    ['in base64 two further', Buffer.from(`user12:${marker.text}!`).toString('base64url')],
    ['in a URL', `x=${encodeURIComponent(marker.text)}`],
  ])('%s', (_form, text) => {
    expect(leaksIn([marker], [{ name: 'there', text }])).toEqual(['it in there']);
    expect(leaksIn([marker], [{ name: 'there', text: text.slice(0, -30) }])).toEqual([]);
  });
});

/** An upstream that repeats whatever it was sent, in every way that an upstream can. */
function startEcho(): Promise<LocalHttp> {
  return startLocalHttp((request, response) => {
    const told = JSON.stringify({ ...request, headers: request.headers });
    const [path = ''] = request.path.split('?');
    const status = Number(/\d{3}/.exec(path)?.[0] ?? 200);
    if (path === '/cut') return void response.destroy();
    if (path === '/away') response.setHeader('location', `http://127.0.0.1:9/?told=${encodeURIComponent(told)}`);
    response.setHeader('content-type', path === '/text' ? 'text/plain' : 'application/json');
    response.writeHead(path === '/away' ? 302 : status, told.replaceAll(/[^ -~]/g, ''));
    response.end(path === '/torn' ? told.slice(0, -3) : told);
  });
}

const paths = ['ok', 'text', 'torn', '401', '403', '404', '429', '500', 'cut', 'away'] as const;
const sources = ['token', 'basic', 'own', 'grant', 'fixed'] as const;

const tools = (url: string): string => `
sources:
  token: {kind: http, baseUrl: '${url}', credential: {system: hub, strategies: [token]}}
  basic: {kind: http, baseUrl: '${url}', credential: {system: desk, strategies: [username_password]}}
  own: {kind: http, baseUrl: '${url}', credential: {system: shop}, headers: {x-key: '\${credential.key}'}, queryParams: {app: '\${credential.app}'}}
  grant: {kind: http, baseUrl: '${url}', credential: {system: example, strategies: [oauth2]}}
  fixed: {kind: http, baseUrl: '${url}', headers: {x-api-key: '\${FIXED_SECRET}'}}
  nobody: {kind: http, baseUrl: 'http://127.0.0.1:9', credential: {system: hub, strategies: [token]}}
  books: {kind: postgres, host: 127.0.0.1, port: '\${PGPORT}', database: postgres, credential: caller}
tools:
  ask_nobody: {kind: http, source: nobody, description: d, method: GET, path: /ok}
  read_books: {kind: postgres-sql, source: books, description: d, statement: select 1}
  hook:
    kind: http
    source: fixed
    description: d
    method: POST
    path: /ok
    requestBody: '{"k": {{json .k}}}'
    bodyParams: [{name: k, type: string, description: d, variables: true}]
    queryParams: [{name: q, type: string, description: d, variables: true}]
${sources.flatMap((source) => paths.map((path) => `  ${source}_${path}: {kind: http, source: ${source}, description: d, method: GET, path: /${path}}`)).join('\n')}
`;

// Skipped: there is no browser on this machine.
describe.skipIf(!hasBrowser())('A28 planted secrets', () => {
  const planted = Object.fromEntries(
    [
      'token',
      'user',
      'password',
      'field',
      'app',
      'database',
      'fixed',
      'variable',
      'team',
      'shared',
      'client',
      'issuer',
      'wrong',
      'passphrase',
      'updated',
    ].map((name) => [name, markedSecret(name)]),
  ) as Record<string, string>;
  const master_key = makeMasterKey();
  const markers: Marker[] = [
    ...Object.entries(planted).map(([name, text]) => ({ name, text })),
    { name: 'the master key', text: master_key },
  ];
  /** Every answer over HTTP with its headers, and every page that the browser has got. */
  const answers: Place[] = [];
  let database: TestDatabase;
  let world: ConnectWorld;
  let echo: LocalHttp;
  let ada: SignedInPerson;

  beforeAll(async () => {
    echo = await startEcho();
    database = await createDatabase();
    recordAnswers(answers);
    const environment: Record<string, string> = {
      FIXED_SECRET: planted['fixed'] ?? '',
      PGPORT: new URL(database.url).port,
    };
    world = await startConnectWorld({
      config: { vault_keys: [master_key], database_url: database.url },
      server: { tools: tools(echo.url), environment: (name) => environment[name] },
    });
    ada = await world.newPerson('ada@acme.example', { role: 'admin' });
    ada.page.on('response', (response) => {
      const { pathname, origin } = new URL(response.url());
      if (origin !== world.toolcrib.url) return;
      const headers = JSON.stringify(response.headers());
      void response.text().then(
        (text) => answers.push({ name: `page ${pathname}`, text: headers + text }),
        () => answers.push({ name: `page ${pathname}`, text: headers }),
      );
    });
  }, 120_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await world.stop();
    await echo.close();
    await database.drop();
  });

  const send = (method: string, path: string, body?: unknown, key = ada.key): Promise<Answer> =>
    world.toolcrib.request(method, path, { key, ...(body === undefined ? {} : { body }) });
  const add = async (system: string, strategy: string, fields: object, scope = 'private'): Promise<string> => {
    const answer = await send('POST', '/v1/credentials', { name: system, system, strategy, scope, fields });
    expect(answer.status, answer.text).toBe(201);
    return answer.body.id;
  };
  const accounts: string[] = [];

  it('are planted', { timeout: 60_000 }, async () => {
    expect(world.toolcrib.server.faults).toEqual([]);
    await ada.page.goto(`${world.toolcrib.url}/connect/example?return_to=/account`);
    await ada.page.click('main form button');
    await agree(ada.page);
    await ada.page.waitForURL('**/account');
    accounts.push(
      await add('hub', 'token', { token: planted['token'] }),
      await add('desk', 'username_password', { user: planted['user'], password: planted['password'] }),
      await add('shop', 'custom', { key: planted['field'], app: planted['app'] }),
      await add('books', 'username_password', { user: 'owner', password: planted['database'] }),
      await add('spare', 'token', { token: planted['shared'] }, 'shared'),
    );
    const changed = await send('PATCH', `/v1/credentials/${accounts[4]}`, { fields: { token: planted['updated'] } });
    expect(changed.status, changed.text).toBe(200);
    const statuses = [
      await send('PUT', '/v1/variables/HOOK', { value: planted['variable'] }),
      await send('PUT', '/v1/variables/TEAM', { value: planted['team'], scope: 'tenant' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200]);
    const device = await send('POST', '/v1/connect/device', { provider: 'example' });
    expect(device.status, device.text).toBe(201);
    const client = { provider: 'example', name: 'own', client_id: 'own', client_secret: planted['client'] };
    expect((await send('POST', '/v1/oauth-clients', { ...client, scope: 'tenant' })).status).toBe(201);
    const issuer = world.providers['example']?.issuer ?? '';
    const sign_on = { name: 'sso', issuer, client_id: 'x', client_secret: planted['issuer'] };
    expect((await send('POST', '/v1/sign-ons', sign_on)).status).toBe(201);
    const invited = await send('POST', '/v1/invitations', { email: 'ben@acme.example', role: 'member' });
    const accepted = await accept(world.toolcrib, invited.body.url, planted['passphrase']);
    const made = await send('POST', '/v1/keys', { name: 'k', scopes: ['tools.use', 'credentials.use'] });
    markers.push(
      { name: 'the device flow', text: secretPart(device.body.flow), shown_in: 'POST /v1/connect/device' },
      { name: 'the invitation', text: secretPart(invited.body.url), shown_in: 'POST /v1/invitations' },
      { name: 'the session', text: secretPart(cookieOf(accepted)), shown_in: /^POST \/invitation/ },
      { name: 'the key', text: secretPart(made.body.secret), shown_in: 'POST /v1/keys' },
      { name: 'the key of ada', text: secretPart(ada.key), shown_in: 'POST /v1/keys' },
      ...(await fromVault(database.url, master_key)),
    );
    // The vault holds what was planted, and what the provider has issued.
    const kept = new Set(markers.filter(({ name }) => name.startsWith('vault: ')).map(({ text }) => text));
    for (const name of [
      'token',
      'user',
      'password',
      'field',
      'app',
      'database',
      'updated',
      'variable',
      'team',
      'client',
      'issuer',
    ])
      expect(kept).toContain(planted[name]);
    expect(markers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['vault: access_token', 'vault: refresh_token']),
    );
  });

  it('are used over every surface, with and without success', { timeout: 120_000 }, async () => {
    const hook = { k: 'k-$HOOK', q: '${TEAM}' };
    // What makes an account unusable comes last.
    const usable = paths.filter((path) => path !== '401');
    const names = [
      'hook',
      'ask_nobody',
      ...[...usable, '401'].flatMap((path) => sources.map((source) => `${source}_${path}`)),
      'read_books',
    ];
    const codes = new Set<string>();
    for (const name of names) {
      const args = name === 'hook' ? hook : {};
      const rest = await send('POST', `/v1/tools/${name}/call`, { arguments: args });
      codes.add(rest.body?.error?.code ?? 'ok');
      const request = { method: 'tools/call', params: { name, arguments: args } };
      await callMcp(world.toolcrib, request, { key: ada.key });
      await world.toolcrib.request('POST', '/mcp', { key: ada.key, ...statelessRequest(request) });
      await send('POST', `/api/tool/${name}/invoke`, args);
    }
    expect([...codes]).toEqual(
      expect.arrayContaining(['ok', 'source_unavailable', 'upstream_refused', 'credential_refused']),
    );
    // They were really sent: else nothing could have leaked.
    const sent = echo.requests.map((request) => JSON.stringify(request)).join('\n');
    const used = ['token', 'field', 'app', 'fixed', 'variable', 'team'].map((name) => planted[name] ?? '');
    for (const text of [...used, Buffer.from(`${planted['user']}:${planted['password']}`).toString('base64')])
      expect(sent).toContain(text);
    for (const { text } of markers.filter(({ name }) => name === 'vault: access_token')) expect(sent).toContain(text);
  });

  it('are given where they do not belong', { timeout: 60_000 }, async () => {
    const wrong = planted['wrong'] ?? '';
    const { toolcrib } = world;
    await signIn(toolcrib, { organisation: 'default', email: ada.email, password: wrong });
    await signIn(toolcrib, { organisation: 'nobody', email: 'nobody@acme.example', password: goodPassword });
    for (const key of [wrong, `tc_1_${wrong}`, `${ada.key}x`]) await send('GET', '/v1/me', undefined, key);
    await browse(toolcrib, 'GET', '/account', { cookie: `__Host-toolcrib=ts_1_${wrong}` });
    await browse(toolcrib, 'GET', `/oauth/callback/example?code=${wrong}&state=to_1_${wrong}`);
    await send('GET', `/v1/me?access_token=${wrong}`);
    await send('POST', '/v1/credentials', {
      name: 'x',
      system: 'x',
      strategy: 'token',
      fields: { token: { secret: wrong } },
    });
    await send('POST', '/v1/credentials', { name: 'x', system: 'x', strategy: wrong, fields: { token: wrong } });
    await send('PUT', '/v1/variables/HOOK', { value: [wrong] });
    await send('POST', '/v1/oauth-clients', { provider: 'nobody', name: 'x', client_id: 'x', client_secret: wrong });
    await send('POST', '/v1/sign-ons', {
      name: 'y',
      issuer: 'http://127.0.0.1:9',
      client_id: 'x',
      client_secret: wrong,
    });
    await send('POST', '/v1/tools/hook/call', { arguments: { k: '$HOOK $MISSING', q: 7 } });
    const cut = await toolcrib.request('POST', '/v1/credentials', {
      key: ada.key,
      raw: `{"fields": {"token": "${wrong}"`,
    });
    expect(cut.status).toBe(400);
  });

  it('are tested, refused by a provider that tells them, and ended', { timeout: 60_000 }, async () => {
    const provider = world.providers['example'];
    const body = {
      error: 'invalid_request',
      error_description: `no ${planted['wrong']}`,
      refresh_token: planted['wrong'],
    };
    await provider?.set({ answers: { token: { status: 500, body }, revocation: { status: 503, body } } });
    const listed = await send('GET', '/v1/credentials');
    const ids: readonly string[] = listed.body.credentials.map(({ id }: { id: string }) => id);
    expect(ids.length).toBeGreaterThan(accounts.length);
    await send('POST', '/v1/tools/grant_401/call', {});
    for (const id of ids) await send('POST', `/v1/credentials/${id}/test`);
    for (const id of ids) await send('GET', `/v1/credentials/${id}`);
    for (const path of [
      'keys',
      'variables',
      'members',
      'sessions',
      'invitations',
      'oauth-clients',
      'sign-ons',
      'interactions',
      'providers',
      'sources',
      'choices',
    ])
      expect((await send('GET', `/v1/${path}`)).status, path).toBe(200);
    for (const path of ['/account', '/account/sessions'])
      await browse(world.toolcrib, 'GET', path, { cookie: ada.cookie });
    for (const id of ids.slice(0, 3)) await send('DELETE', `/v1/credentials/${id}`);
    await send('POST', '/v1/credentials/revoke', { provider: 'example' });
    await send('GET', '/v1/credentials/receipts');
    for (const path of ['calls?limit=1000', 'changes?limit=1000', 'export'])
      expect((await send('GET', `/v1/audit/${path}`)).status).toBe(200);
  });

  it('are found nowhere', { timeout: 60_000 }, async () => {
    verifies('CRD-06');
    markers.push(...(await fromVault(database.url, master_key)));
    const { log_lines } = world.toolcrib;
    expect(answers.length).toBeGreaterThan(200);
    expect(log_lines.length).toBeGreaterThan(20);
    const places = [
      ...answers,
      ...log_lines.map((text) => ({ name: `the log: ${text}`, text })),
      ...(await dump(database.superuser_url)),
    ];
    expect(leaksIn(markers, places)).toEqual([]);
  });
});

/** Keeps every answer to a request of the test. */
function recordAnswers(answers: Place[]): void {
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const response = await real(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const text = await response.clone().text();
    answers.push({
      name: `${init?.method ?? 'GET'} ${pathname}`,
      text: `${JSON.stringify([...response.headers])}\n${text}`,
    });
    return response;
  });
}

/** What follows the last "_" of a text of ours: what stands before it is no secret. */
function secretPart(text: string): string {
  return text.slice(text.lastIndexOf('_') + 8);
}

/** Every secret that the database holds sealed. */
async function fromVault(url: string, master_key: string): Promise<readonly Marker[]> {
  const store = await openStore({ url, clock: systemClock, log: createLog({ level: 'silent' }) });
  try {
    const tenants = await store.asOperator((db) => db.selectFrom('tenant').select('id').execute());
    const vaults = openTestVault(store, await testMasterKeys([parseMasterKey(master_key, 'the key')]));
    const found: Marker[] = [];
    for (const { id } of tenants) {
      const vault = await vaults.of(id);
      const rows = await store.inTenant(id, (db) => db.selectFrom('secret').selectAll().execute());
      for (const { record_id, field, sealed } of rows) {
        const text = vault.open({ record_id, field }, sealed);
        // "owner" is the name of an account, and stands in every second table.
        if (text !== 'owner') found.push({ name: `vault: ${field}`, text });
      }
    }
    return found;
  } finally {
    await store.close();
  }
}

/** Every row of every table as text, bytes in hex, and what the database shows of its connections. */
async function dump(url: string): Promise<readonly Place[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const rows = async (text: string) =>
    (await client.query<{ text: string | null }>(text)).rows.map(({ text: row }) => row ?? '');
  const names = await rows(
    `select relname as text from pg_class where relnamespace = 'toolcrib'::regnamespace and relkind = 'r'`,
  );
  const places: Place[] = [
    { name: 'pg_stat_activity', text: (await rows('select query as text from pg_stat_activity')).join('\n') },
  ];
  for (const name of names) {
    const table = (await rows(`select t::text as text from toolcrib.${name} as t`)).join('\n');
    places.push({ name: `table ${name}`, text: table });
  }
  await client.end();
  expect(places.find(({ name }) => name === 'table audit_change')?.text.length).toBeGreaterThan(500);
  return places;
}
