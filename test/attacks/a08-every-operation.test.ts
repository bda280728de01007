// A07, A08, A09: every operation of the REST surface and every method of MCP, walked as nobody, as each role, and as the
// owner of another tenant with this one's ids and names. Made from the list of operations: a new one is walked by itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rolePermissions, roles } from '../../server/src/identity/permissions.ts';
import type { Permission, Role } from '../../server/src/identity/permissions.ts';
import { mcpMethods } from '../../server/src/surfaces/mcp/dispatch.ts';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import type { AnyOperation } from '../../server/src/surfaces/rest/operation.ts';
import { handshakeRequest, statelessRequest } from '../support/mcp-request.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { makeSession } from '../support/sessions.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, RequestOptions, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';
import { fillTenant } from './isolation/fill-tenant.ts';
import type { FilledTenant } from './isolation/fill-tenant.ts';
import { sampleBodies } from './isolation/sample-bodies.ts';
import { tenantRows } from './isolation/tenant-rows.ts';
import type { TenantRows } from './isolation/tenant-rows.ts';

const mark = 'markedoftheirs';
const tools = `
sources:
  ${mark}_source: {kind: sqlite, database: ":memory:"}
tools:
  ${mark}_tool: {kind: sqlite-sql, source: ${mark}_source, statement: select 1 as one, description: ${mark}.}
toolsets:
  ${mark}_set: [${mark}_tool]
prompts:
  ${mark}_prompt: {description: ${mark}, messages: [{role: user, content: ${mark}}]}
`;

interface Person {
  readonly role: Role;
  readonly key: string;
  /** For operations that only a browser may use. */
  readonly session: string;
}

describe('A08 every operation', () => {
  let database: TestDatabase;
  let toolcrib: TestServer;
  /** Of the tenant that walks. */
  let people: readonly Person[];
  /** The tenant that must stay unknown and unchanged. */
  let theirs: TenantRows;
  let theirs_id: string;

  beforeAll(async () => {
    database = await createDatabase();
    toolcrib = await startTestServer({
      tools,
      tools_of: 'theirs',
      tenants: ['ours', 'theirs'],
      config: { database_url: database.url },
    });
    people = await makePeople(toolcrib, database.url);
    const { body } = await toolcrib.request('GET', '/v1/me', { key: toolcrib.keys['theirs'] ?? '' });
    theirs_id = body.tenant.id;
    await fillTenant(database.superuser_url, { tenant_id: theirs_id, user_id: body.user.id, mark });
    await toolcrib.request('POST', `/v1/tools/${mark}_tool/call`, { body: {}, key: toolcrib.keys['theirs'] ?? '' });
    theirs = await tenantRows(database.superuser_url, theirs_id);
  });
  afterAll(async () => {
    await toolcrib.stop();
    await database.drop();
  });

  test('the tenant that is attacked has something in every table', () => {
    const empty = [...theirs.rows].filter(([, rows]) => rows.length === 0).map(([name]) => name);
    expect(empty).toEqual([]);
  });

  test('every operation that takes a body has a sample, and no other', () => {
    const with_body = operations.filter(({ body }) => body !== undefined).map(({ id }) => id);
    expect(Object.keys(sampleBodies).toSorted()).toEqual(with_body.toSorted());
  });

  test('nobody gets 401 everywhere but at the probes', async () => {
    for (const operation of operations) {
      const answer = await ask(operation, pathOf(operation, mark), { key: '' });
      const wanted = operation.guard.kind === 'public' ? 200 : 401;
      expect([operation.id, answer.status]).toEqual([operation.id, wanted]);
    }
  });

  test('each role may do what the table of permissions says and nothing else', async () => {
    verifies('TEN-01');
    for (const operation of operations.filter(({ guard }) => guard.kind !== 'public')) {
      for (const person of people) {
        const answer = await ask(operation, pathOf(operation, unknown_id), as(person, operation));
        const allowed: readonly Permission[] = rolePermissions[person.role];
        const wanted = operation.guard.kind === 'permission' ? operation.guard.permission : 'tools.use';
        const seen = [operation.id, person.role, answer.body?.error?.code === 'forbidden' ? 'forbidden' : 'let in'];
        // More may be asked for by what is in the body; less never.
        if (!allowed.includes(wanted)) expect(seen).toEqual([operation.id, person.role, 'forbidden']);
        else expect([operation.id, person.role, answer.status]).not.toEqual([operation.id, person.role, 401]);
        if (allowed.includes(wanted) && person.role === 'owner')
          expect(seen).toEqual([operation.id, person.role, 'let in']);
      }
    }
  });

  test('a key is refused where only a browser may', async () => {
    const [owner] = people;
    for (const operation of operations) {
      if (operation.guard.kind !== 'permission' || operation.guard.session_only !== true) continue;
      const answer = await ask(operation, pathOf(operation, unknown_id), { key: owner?.key ?? '' });
      expect([operation.id, answer.body.error.code]).toEqual([operation.id, 'session_required']);
    }
  });

  test('lists and answers hold nothing of another tenant', async () => {
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      if (operation.path.includes('{')) continue;
      for (const person of people) {
        const answer = await ask(operation, operation.path, as(person, operation));
        expectNothingOf(theirs, answer, { operation: operation.id, sent: [] });
      }
    }
  });

  test('what another tenant has is not found by its ids and names, in path, query or body, and stays as it is', async () => {
    verifies('TEN-01');
    const ids = [...new Set([...theirs.ids.values()].flatMap((list) => list.slice(0, 3)))];
    const targets = [...ids, mark, `${mark}_tool`, `${mark}_set`];
    for (const operation of operations.filter(({ guard }) => guard.kind !== 'public')) {
      for (const person of people.filter(({ role }) => role === 'owner' || role === 'member')) {
        if (!operation.path.includes('{') && operation.body === undefined) continue;
        for (const target of targets) {
          const answer = await ask(operation, pathOf(operation, target), as(person, operation, target));
          expectNothingOf(theirs, answer, { operation: operation.id, sent: [target] });
        }
      }
    }
    expect(await tenantRows(database.superuser_url, theirs_id)).toEqual(theirs);
  }, 120_000);

  test("what is a colleague's alone is not found by its ids either, and stays as it is", async () => {
    verifies('CRD-01');
    const colleague = await makeColleague();
    const rowsOf = async (): Promise<readonly string[]> => {
      const { rows } = await tenantRows(database.superuser_url, colleague.tenant_id);
      return [...rows].flatMap(([, texts]) => texts.filter((text) => isPrivateTo(colleague, text)));
    };
    const before = await rowsOf();
    expect(before.length).toBeGreaterThan(5);
    const ids = before.flatMap((text) => (JSON.parse(text) as { id?: string }).id ?? []);
    for (const operation of operations.filter(({ guard }) => guard.kind !== 'public')) {
      for (const person of people.filter(({ role }) => role === 'builder' || role === 'member')) {
        for (const target of ids) {
          const answer = await ask(operation, pathOf(operation, target), as(person, operation, target));
          expect([operation.id, answer.text.includes(`${colleague.mark}-private`)]).toEqual([operation.id, false]);
        }
      }
    }
    expect(await rowsOf()).toEqual(before);
  }, 120_000);

  test('every method of MCP: nobody gets in, and nothing of another tenant is listed, found or called', async () => {
    verifies('TEN-01');
    const [owner] = people;
    const names = ['_tool', '_set', '_prompt', '://any'].map((ending) => `${mark}${ending}`);
    const params = { name: `${mark}_tool`, arguments: {}, uri: `${mark}://any`, level: 'info' };
    for (const method of mcpMethods) {
      for (const request of [statelessRequest({ method, params }), handshakeRequest({ method, params })]) {
        const nobody = await toolcrib.request('POST', '/mcp', { ...request, key: '' });
        expect([method, nobody.status]).toEqual([method, 401]);
        for (const path of ['/mcp', `/mcp/${mark}_set`]) {
          const answer = await toolcrib.request('POST', path, { ...request, key: owner?.key ?? '' });
          expectNothingOf(theirs, answer, { operation: method, sent: names });
          if (path !== '/mcp') expect([method, answer.body?.result]).toEqual([method, undefined]);
        }
        const prompt = { ...params, name: `${mark}_prompt` };
        const asked = method.startsWith('prompts/') ? { method, params: prompt } : { method, params };
        const other = await toolcrib.request('POST', '/mcp', { ...statelessRequest(asked), key: owner?.key ?? '' });
        expectNothingOf(theirs, other, { operation: method, sent: names });
      }
    }
  });

  /** Somebody else of the walking tenant, with something of everything. */
  async function makeColleague(): Promise<FilledTenant> {
    const key = toolcrib.keys['ours'] ?? '';
    const { body: me } = await toolcrib.request('GET', '/v1/me', { key });
    const member = { email: 'colleague@ours.example', name: 'Colleague', role: 'member' };
    const { body: made } = await toolcrib.request('POST', '/v1/members', { key, body: member });
    const colleague = { tenant_id: me.tenant.id, user_id: made.user_id, mark: 'markedofcolleague' };
    await fillTenant(database.superuser_url, colleague);
    return colleague;
  }

  function ask(operation: AnyOperation, path: string, options: RequestOptions): Promise<Answer> {
    return toolcrib.request(operation.method, path, {
      ...(operation.body === undefined ? {} : { body: sampleBodies[operation.id]?.(unknown_id) ?? {} }),
      ...options,
    });
  }

  /** The proof that the operation takes, and a body with the target wherever an id can stand. */
  function as(person: Person, { id, body, guard }: AnyOperation, target = unknown_id): RequestOptions {
    const session_only = guard.kind === 'permission' && guard.session_only === true;
    return {
      ...(body === undefined ? {} : { body: sampleBodies[id]?.(target) ?? {} }),
      ...(session_only ? { key: '', headers: browserHeaders(toolcrib.url, person.session) } : { key: person.key }),
    };
  }
});

const unknown_id = '019a0000-0000-7000-8000-000000000000';

/** Rows that belong to this person, but for the credential that is shared. */
function isPrivateTo({ user_id }: FilledTenant, text: string): boolean {
  const row = JSON.parse(text) as { user_id?: string; scope?: string };
  return row.user_id === user_id && row.scope !== 'shared';
}

function pathOf({ path }: AnyOperation, target: string): string {
  return path.replaceAll(/\{\w+\}/g, encodeURIComponent(target));
}

function browserHeaders(url: string, session: string): Readonly<Record<string, string>> {
  return { cookie: `__Host-toolcrib=${session}`, origin: url, 'sec-fetch-site': 'same-origin' };
}

/** What the caller has sent may come back; nothing else of the other tenant. */
function expectNothingOf(
  theirs: TenantRows,
  { text }: Answer,
  { operation, sent }: { readonly operation: string; readonly sent: readonly string[] },
): void {
  const rest = sent.reduce((left, one) => left.replaceAll(one, ''), text);
  const found = [mark, ...[...theirs.ids.values()].flat()].filter((one) => rest.includes(one));
  expect([operation, sent, found]).toEqual([operation, sent, []]);
}

/** Somebody of every role, with a key that has all the role has, and a session. */
async function makePeople(toolcrib: TestServer, database_url: string): Promise<readonly Person[]> {
  const key = toolcrib.keys['ours'] ?? '';
  const { body: me } = await toolcrib.request('GET', '/v1/me', { key });
  return Promise.all(
    roles.map(async (role): Promise<Person> => {
      const member = { email: `walking-${role}@ours.example`, name: role, role };
      const { body: made } = await toolcrib.request('POST', '/v1/members', { key, body: member });
      const session = await makeSession(database_url, { tenant_id: me.tenant.id, user_id: made.user_id });
      const own = { key: '', headers: browserHeaders(toolcrib.url, session), body: { name: `of ${role}` } };
      const { body: key_of_role } = await toolcrib.request('POST', '/v1/keys', own);
      return { role, key: key_of_role.secret, session };
    }),
  );
}
