// A40: whether an organisation, a person, a password or an invitation exists is told neither by an answer nor by the work
// behind it. Work is counted in hashes, which take all the time: clocks of a busy machine prove nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { limits } from '../../server/src/base/limits.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createPasswords } from '../../server/src/identity/passwords.ts';
import { signIn as signInDirectly } from '../../server/src/identity/sign-in.ts';
import { changeTenant, findTenant } from '../../server/src/identity/tenants.ts';
import { createUseLimiter } from '../../server/src/identity/use-limiter.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addPerson, browse, goodPassword, signIn } from '../support/people.ts';
import { createDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
let store: Store;
let drop: () => Promise<void>;
const log = createLog({ level: 'silent' });

beforeAll(async () => {
  const database = await createDatabase();
  drop = () => database.drop();
  toolcrib = await startTestServer({ config: { database_url: database.url }, tenants: ['acme', 'closed'] });
  store = await openStore({ url: database.url, clock: systemClock, log });
  await addPerson(toolcrib, { email: 'known@acme.example' });
  await addPerson(toolcrib, { email: 'known@closed.example', by: toolcrib.keys['closed'] ?? '' });
  await toolcrib.request('POST', '/v1/service-accounts', { body: { name: 'robot', role: 'member' } });
  const body = { email: 'never@acme.example', name: 'Never came in', role: 'member' };
  await toolcrib.request('POST', '/v1/members', { body });
  const closed = await findTenant({ store }, 'closed');
  await changeTenant({ store, clock: systemClock, ids: randomIds }, closed?.id ?? '', { suspended: true });
});
afterAll(async () => {
  await toolcrib.stop();
  await store.close();
  await drop();
});

const attempts = [
  ['a wrong password', { organisation: 'acme', email: 'known@acme.example', password: 'not the right one' }],
  ['an unknown person', { organisation: 'acme', email: 'nobody@acme.example', password: goodPassword }],
  ['a person of another organisation', { organisation: 'acme', email: 'known@closed.example', password: goodPassword }],
  ['an unknown organisation', { organisation: 'nowhere', email: 'known@acme.example', password: goodPassword }],
  ['no organisation at all', { organisation: '', email: 'known@acme.example', password: goodPassword }],
  ['a member without a password', { organisation: 'acme', email: 'never@acme.example', password: goodPassword }],
  ['a service account', { organisation: 'acme', email: 'robot@acme.service.invalid', password: goodPassword }],
  ['a suspended organisation', { organisation: 'closed', email: 'known@closed.example', password: goodPassword }],
  ['an empty password', { organisation: 'acme', email: 'known@acme.example', password: '' }],
  ['a very long password', { organisation: 'acme', email: 'known@acme.example', password: 'x'.repeat(20_000) }],
] as const;

describe('A40 signing in', () => {
  test('whatever is wrong, status, headers and bytes are the same', async () => {
    const answers = await Promise.all(
      attempts.map(async ([, form]) => {
        const { status, text, headers } = await signIn(toolcrib, form);
        // What the person typed stands in the form again.
        const typed = [form.organisation, form.email].filter((value) => value !== '');
        const body = typed.reduce((rest, value) => rest.replaceAll(`value="${value}"`, 'value=""'), text);
        const names = [...headers.keys()].filter((name) => !['date', 'content-length', 'x-request-id'].includes(name));
        return { status, body, headers: names.map((name) => `${name}: ${headers.get(name) ?? ''}`) };
      }),
    );
    expect(answers[0]?.status).toBe(401);
    expect(answers[0]?.body).toContain('Organisation, e-mail address and password do not belong together.');
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test.each(attempts)('%s costs one hash, as a right password does', async (_name, form) => {
    const passwords = createPasswords();
    const uses = createUseLimiter({ store, clock: systemClock, log });
    const deps = { store, clock: systemClock, ids: randomIds, log, passwords, uses };
    await expect(signInDirectly(deps, form)).rejects.toMatchObject({ code: 'sign_in_failed' });
    expect(passwords.computed()).toBe(1);
    await signInDirectly(deps, { organisation: 'acme', email: 'known@acme.example', password: goodPassword });
    expect(passwords.computed()).toBe(2);
  });

  test('is limited after the same number of failures, whether or not there is anybody', async () => {
    const failuresOf = async (organisation: string, email: string) => {
      const statuses: number[] = [];
      for (let attempt = 0; attempt <= limits.sign_in_failures_person; attempt += 1) {
        statuses.push((await signIn(toolcrib, { organisation, email, password: 'guessed' })).status);
      }
      return statuses;
    };
    await addPerson(toolcrib, { email: 'target@acme.example' });
    const known = await failuresOf('acme', 'target@acme.example');
    expect(known).toEqual([...Array.from({ length: limits.sign_in_failures_person }, () => 401), 429]);
    expect(await failuresOf('acme', 'missing@acme.example')).toEqual(known);
    expect(await failuresOf('missing', 'target@acme.example')).toEqual(known);
    // Also for the right password: else the limit would only slow a guesser's bad guesses.
    const right = { organisation: 'acme', email: 'target@acme.example', password: goodPassword };
    expect((await signIn(toolcrib, right)).status).toBe(429);
  });

  test('guesses that come at the same moment are counted one by one', async () => {
    const guess = { organisation: 'acme', email: 'burst@acme.example', password: 'guessed' };
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(toolcrib, guess)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(limits.sign_in_failures_person);
  });

  test('failures are audited for people who exist, and for nobody else', async () => {
    const { members } = (await toolcrib.request('GET', '/v1/members')).body;
    const ids = new Set(members.map(({ user_id }: { user_id: string }) => user_id));
    const failures = async () => {
      const { changes } = (await toolcrib.request('GET', '/v1/audit/changes?limit=1000')).body;
      return changes.filter(({ action }: { action: string }) => action === 'sign-in-failed');
    };
    await signIn(toolcrib, attempts[1][1]);
    const before = (await failures()).length;
    await signIn(toolcrib, { organisation: 'acme', email: 'never@acme.example', password: 'x' });
    await expect.poll(async () => (await failures()).length).toBe(before + 1);
    for (const { target_id, user_id, via } of await failures()) {
      expect(ids).toContain(target_id);
      expect({ user_id, via }).toEqual({ user_id: null, via: 'sign_in' });
    }
  });
});

describe('A40 links and keys', () => {
  test('an invitation that is unknown, used, withdrawn, or of a suspended organisation: the same page', async () => {
    const make = async (email: string) => (await toolcrib.request('POST', '/v1/invitations', { body: { email } })).body;
    const withdrawn = await make('withdrawn@acme.example');
    await toolcrib.request('DELETE', `/v1/invitations/${withdrawn.invitation.id}`);
    const pages = await Promise.all(
      [new URL(withdrawn.url).pathname, '/invitations/ti_1_1', '/invitations/x', '/invitations/tc_a_b'].map(
        async (path) => {
          const { status, text } = await browse(toolcrib, 'GET', path);
          return { status, text: text.replace(/request <code>[^<]+/, '') };
        },
      ),
    );
    expect(pages[0]?.status).toBe(404);
    for (const page of pages) expect(page).toEqual(pages[0]);
  });

  test('a key that is unknown, of no form, or of a suspended organisation: the same answer', async () => {
    const answers = await Promise.all(
      [toolcrib.keys['closed'] ?? '', `${toolcrib.key.slice(0, -4)}0000`, 'nonsense'].map(async (key) => {
        const { status, body } = await toolcrib.request('GET', '/v1/me', { key });
        return { status, error: body.error };
      }),
    );
    expect(answers[0]?.status).toBe(401);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});
