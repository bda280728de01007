// Approvals on both forms of the database: who is asked, what a yes is bound to, and that it counts once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { limits } from '../../server/src/base/limits.ts';
import type { MasterKeys } from '../../server/src/credentials/vault/master-keys.ts';
import type { Principal } from '../../server/src/identity/principal.ts';
import { cancelInteraction, decideInteraction } from '../../server/src/interactions/answer-interaction.ts';
import { findInteraction, listInteractions } from '../../server/src/interactions/find-interactions.ts';
import { removePolicy, setPolicy } from '../../server/src/interactions/policies.ts';
import type { PolicyAction, PolicySubject } from '../../server/src/interactions/policies.ts';
import { addPerson, callOf, inBrowser, lookedUp, openOffice, testClock } from '../support/approval-office.ts';
import type { ApprovalOffice } from '../support/approval-office.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import type { Store } from '../../server/src/store/store.ts';
import { openTestVault, testMasterKeys } from '../support/test-vault.ts';
import { verifies } from '../support/verifies.ts';

describe.each(storeForms)('on %s', (_, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let office: ApprovalOffice;
  let tenant_id: string;
  let ann: Principal;
  let boss: Principal;
  let master: MasterKeys;
  let serial = 0;
  const clock = testClock();

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    master = await testMasterKeys();
    ({ tenant_id } = await addTenant(store, 'acme'));
    ann = await addPerson(store, tenant_id, { name: 'ann', role: 'member' });
    boss = await addPerson(store, tenant_id, { name: 'boss', role: 'admin' });
    office = openOffice(store, clock, openTestVault(store, master));
  });
  beforeEach(() => {
    // Every test has calls of its own.
    serial += 1;
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  const pay = (more = {}) => callOf({ to: 'bob', amount: 5, serial }, more);

  /** What became of a call: `ran`, with the id of the approval that it used; else the code, with the interaction's id. */
  async function attempt(principal: Principal, call = pay(), at = office): Promise<[string, string | undefined]> {
    try {
      const used = await at.approvals.check(await lookedUp(store, principal), call);
      return ['ran', used];
    } catch (thrown) {
      if (!(thrown instanceof ToolcribError)) throw thrown;
      return [thrown.code, thrown.interaction?.id];
    }
  }

  async function ask(principal = ann, call = pay()): Promise<string> {
    const [code, id] = await attempt(principal, call);
    expect(code).toBe('approval_required');
    return id ?? '';
  }

  const decide = (principal: Principal, id: string, decision: 'yes' | 'no' = 'yes') =>
    decideInteraction(office.deps, inBrowser(principal), { id, decision });

  async function withPolicy(subject: PolicySubject, action: PolicyAction, work: () => Promise<void>): Promise<void> {
    const { id } = await setPolicy(office.deps, 'operator', { tenant_id, subject, action });
    try {
      await work();
    } finally {
      await removePolicy(office.deps, 'operator', { tenant_id, id });
    }
  }

  test('a call below the level runs without asking anybody, and without asking the database twice', async () => {
    const harmless = pay({ tool: { name: 'look', version: 'v1', danger: 'high', description: '' } });
    const principal = await lookedUp(store, ann);
    await office.approvals.check(principal, harmless);
    expect(office.approvals.check(principal, harmless)).toBeUndefined();
  });

  test('the same call finds the same interaction; another one makes another', async () => {
    verifies('INT-01');
    const id = await ask();
    expect(await ask()).toBe(id);
    expect(await ask(ann, pay({ args: {}, arguments_digest: () => 'other' }))).not.toBe(id);
  });

  test('64 calls at once in two processes come to one interaction', async () => {
    verifies('INT-01');
    const second = await (home.options.url === undefined ? Promise.resolve(store) : home.open());
    const other = openOffice(second, clock, openTestVault(second, master));
    const attempts = await Promise.all(
      Array.from({ length: 64 }, (__, index) => attempt(ann, pay(), index % 2 === 0 ? office : other)),
    );
    expect(new Set(attempts.map(([code]) => code))).toEqual(new Set(['approval_required']));
    expect(new Set(attempts.map(([, id]) => id)).size).toBe(1);
    if (second !== store) await second.close();
  });

  test('a yes lets one call run, and the next one asks again', async () => {
    verifies('INT-01', 'INT-02');
    const id = await ask();
    await decide(ann, id);
    expect(await attempt(ann)).toEqual(['ran', id]);
    expect(await ask()).not.toBe(id);
    expect(await findInteraction(office.deps, ann, id)).toMatchObject({ status: 'done', used: true, sealed: null });
  });

  test('a no refuses the call for a while, then it may be asked again', async () => {
    const id = await ask();
    await decide(ann, id, 'no');
    expect(await attempt(ann)).toEqual(['approval_denied', undefined]);
    clock.pass(limits.approval_denied_ms);
    await ask();
  });

  test('a yes that is not used in time is void; an interaction that nobody answers expires', async () => {
    const id = await ask();
    await decide(ann, id);
    clock.pass(limits.approval_use_ms);
    const again = await ask();
    expect(again).not.toBe(id);
    clock.pass(limits.approval_ms);
    expect((await findInteraction(office.deps, ann, again)).status).toBe('expired');
    await expect(decide(ann, again)).rejects.toMatchObject({ code: 'conflict' });
    expect(await ask()).not.toBe(again);
  });

  test('the first answer counts, of many at once', async () => {
    const id = await ask();
    const answers = await Promise.allSettled(
      Array.from({ length: 16 }, (__, index) => decide(ann, id, index % 2 === 0 ? 'yes' : 'no')),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('an API key cannot decide, nor can another member, who finds nothing', async () => {
    verifies('INT-02');
    const id = await ask();
    await expect(decideInteraction(office.deps, ann, { id, decision: 'yes' })).rejects.toMatchObject({
      code: 'session_required',
    });
    await expect(decide(boss, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(cancelInteraction(office.deps, boss, id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await ask()).toBe(id);
  });

  test('cancelled by its person: nothing waits, and the call asks anew', async () => {
    const id = await ask();
    await cancelInteraction(office.deps, ann, id);
    expect(await ask()).not.toBe(id);
  });

  test('the most exact policy counts', async () => {
    const level: PolicySubject = { tool: null, danger: 'critical' };
    const tool: PolicySubject = { tool: 'wire_money', danger: null };
    await withPolicy(level, 'allow', async () => {
      expect(await attempt(ann)).toEqual(['ran', undefined]);
      await withPolicy(tool, 'refuse', async () => {
        expect(await attempt(ann)).toEqual(['policy_refused', undefined]);
      });
      expect(await attempt(ann)).toEqual(['ran', undefined]);
    });
    await ask();
  });

  describe('four eyes', () => {
    const subject: PolicySubject = { tool: 'wire_money', danger: null };
    const four = (work: () => Promise<void>) => withPolicy(subject, 'four_eyes', work);

    test('another one decides, never the person themselves, also not one who may decide', async () => {
      verifies('INT-02');
      await four(async () => {
        const id = await ask();
        await expect(decide(ann, id)).rejects.toMatchObject({ code: 'forbidden' });
        const own = await ask(boss);
        await expect(decide(boss, own)).rejects.toMatchObject({ code: 'forbidden' });
        expect((await listInteractions(office.deps, boss)).to_decide.map((one) => one.id)).toContain(id);
        await decide(boss, id);
        expect(await attempt(ann)).toEqual(['ran', id]);
      });
    });

    test('a yes of the person themselves does not count when the policy becomes stricter', async () => {
      verifies('INT-02');
      const id = await ask();
      await decide(ann, id);
      await four(async () => {
        expect(await ask()).not.toBe(id);
      });
    });

    test('a yes of somebody who has lost the right to decide does not count', async () => {
      await four(async () => {
        const former = await addPerson(store, tenant_id, { name: `former${serial}`, role: 'admin' });
        const id = await ask();
        await decide(former, id);
        await store.inTenant(tenant_id, (db) =>
          db.updateTable('member').set({ role: 'member' }).where('user_id', '=', former.user_id).execute(),
        );
        expect(await ask()).not.toBe(id);
      });
    });
  });

  test('nobody can sign in as a service account: another person answers for it', async () => {
    const robot = await addPerson(store, tenant_id, { name: `robot${serial}`, role: 'member', kind: 'service' });
    const id = await ask(robot);
    await expect(decide(ann, id)).rejects.toMatchObject({ code: 'not_found' });
    await decide(boss, id);
    expect(await attempt(robot)).toEqual(['ran', id]);
  });

  test('a person is not flooded: beyond a bound calls are refused, and what is over makes room', async () => {
    const victim = await addPerson(store, tenant_id, { name: `victim${serial}`, role: 'member' });
    for (let index = 0; index < limits.interactions_pending; index += 1) {
      await ask(victim, pay({ arguments_digest: () => `flood ${index}` }));
    }
    expect(await attempt(victim, pay({ arguments_digest: () => 'one more' }))).toEqual(['rate_limited', undefined]);
    expect((await attempt(victim, pay({ arguments_digest: () => 'flood 0' })))[0]).toBe('approval_required');
    clock.pass(limits.approval_ms);
    await ask(victim, pay({ arguments_digest: () => 'one more' }));
  });

  test('the arguments are sealed where they lie, and gone when the yes is used', async () => {
    const id = await ask(ann, pay({ args: { note: 'planted-argument' } }));
    const rows = await store.inTenant(tenant_id, (db) => db.selectFrom('interaction').selectAll().execute());
    expect(rows.find((row) => row.id === id)?.sealed).toBeInstanceOf(Buffer);
    expect(rows.map((row) => JSON.stringify({ ...row, sealed: row.sealed?.toString('latin1') })).join()).not.toContain(
      'planted-argument',
    );
  });
});
