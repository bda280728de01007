// What is done to an audit behind the back of the server is found, at the first place that is wrong.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { recordChange } from '../../server/src/ledger/changes.ts';
import { readAuditHead } from '../../server/src/ledger/export-audit.ts';
import { insertCalls } from '../../server/src/ledger/insert-calls.ts';
import { linkHash, verifyExport } from '../../server/src/ledger/verify-export.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { callOf, exportLines, exportText } from '../support/audit-chain.ts';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { addTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

let database: TestDatabase;
let store: Store;
let tenant_id: string;

beforeAll(async () => {
  database = await createDatabase();
  store = await openStore({ url: database.url, clock: systemClock, log: createLog({ level: 'silent' }) });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
/** Ten records: calls, but changes at 4 and 8. */
beforeEach(async () => {
  ({ tenant_id } = await addTenant(store, `t${randomIds.uuid().slice(-12)}`));
  const change = { tenant_id, actor: 'operator', action: 'key-created', target_id: tenant_id } as const;
  for (let seq = 1; seq <= 10; seq += 1) {
    if (seq % 4 !== 0) await insertCalls(store, [callOf(tenant_id)]);
    else await store.inTenant(tenant_id, (db) => recordChange(db, { clock: systemClock, ids: randomIds }, change));
  }
});

/** As somebody who has the database in their hands. */
const asIntruder = (text: string): Promise<void> => {
  const own = `tenant_id = '${tenant_id}'`;
  return execute(database.superuser_url, `set search_path = toolcrib; ${text.replaceAll(':own', own)}`);
};
const report = async (anchors: Parameters<typeof verifyExport>[1] = []) =>
  verifyExport(exportLines(await exportText(store, tenant_id)), anchors);

const columns = `tenant_id, started_at, duration_ms, surface, user_id, via, via_id, tool, tool_version, arguments_digest,
  credential_id, rule, interaction_id, outcome, error_code, result_rows, truncated, hash`;

describe('in the database', () => {
  test('nothing done: whole', async () => {
    expect(await report()).toMatchObject({ kind: 'whole', records: 10, last: { seq: 10 } });
  });

  test.each([
    ['a field is edited', `update audit_call set outcome = 'error' where :own and seq = 5`, 5, /not what was recorded/],
    ['a field is emptied', `update audit_call set tool_version = null where :own and seq = 5`, 5, /not what/],
    [
      'a time is moved by a millisecond',
      `update audit_call set started_at = started_at + '1ms' where :own and seq = 2`,
      2,
      /not what/,
    ],
    [
      'the person is exchanged',
      `update audit_call set user_id = gen_random_uuid() where :own and seq = 9`,
      9,
      /not what/,
    ],
    ['a change is edited', `update audit_change set action = 'key-revoked' where :own and seq = 4`, 4, /not what/],
    ['a hash is edited', `update audit_call set hash = sha256('x') where :own and seq = 6`, 6, /not what/],
    ['a record in the middle is deleted', `delete from audit_call where :own and seq = 5`, 5, /Record 5 is missing/],
    ['several are deleted', `delete from audit_call where :own and seq in (5, 6, 7)`, 5, /Records 5 to 7 are missing/],
    ['a change is deleted', `delete from audit_change where :own and seq = 8`, 8, /Record 8 is missing/],
    ['the first one is deleted', `delete from audit_call where :own and seq = 1`, 1, /Record 1 is missing/],
    ['the newest ones are deleted', `delete from audit_call where :own and seq > 8`, 9, /Records 9 to 10 are missing/],
    [
      'everything is deleted',
      `delete from audit_call where :own; delete from audit_change where :own`,
      1,
      /Records 1 to 10/,
    ],
    ['one is taken out of the chain', `update audit_call set seq = 0 where :own and seq = 5`, 5, /Record 5 is missing/],
    ['two are swapped', `update audit_call set seq = 8 - seq where :own and seq in (3, 5)`, 3, /not what/],
    [
      'two are swapped with their hashes',
      `update audit_call as a set seq = b.seq, hash = b.hash from audit_call as b
        where a.tenant_id = b.tenant_id and a.tenant_id = '{tenant}' and a.seq in (5, 6) and b.seq = 11 - a.seq`,
      5,
      /not what/,
    ],
    [
      'one is inserted and the later ones are numbered anew',
      `update audit_call set seq = seq + 1 where :own and seq > 5; update audit_change set seq = seq + 1 where :own and seq > 5;
       update audit_head set seq = seq + 1 where :own;
       insert into audit_call (id, seq, ${columns}) select gen_random_uuid(), 6, ${columns} from audit_call where :own and seq = 5`,
      6,
      /not what/,
    ],
    [
      'one stands twice',
      `insert into audit_call (id, seq, ${columns}) select gen_random_uuid(), 5, ${columns} from audit_call where :own and seq = 5`,
      5,
      /not what|stands after/,
    ],
    [
      'one is deleted and the later ones are numbered anew',
      `delete from audit_call where :own and seq = 5; update audit_call set seq = seq - 1 where :own and seq > 5;
       update audit_change set seq = seq - 1 where :own and seq > 5; update audit_head set seq = 9 where :own`,
      5,
      /not what/,
    ],
    ['the head is set back', `update audit_head set seq = 9 where :own`, 9, /The head is 9:/],
    ['the head is another hash', `update audit_head set hash = sha256('x') where :own`, 10, /The head is 10:/],
  ])('%s', async (_what, text, seq, problem) => {
    verifies('GOV-01');
    await asIntruder(text.replace('{tenant}', tenant_id));
    expect(await report()).toEqual({ kind: 'broken', seq, problem: expect.stringMatching(problem) });
  });

  test('a record is put back from another tenant', async () => {
    const mine = tenant_id;
    const { tenant_id: other } = await addTenant(store, `t${randomIds.uuid().slice(-12)}`);
    await insertCalls(store, [callOf(other)]);
    await asIntruder(`delete from audit_call where :own and seq = 1;
      update audit_call set tenant_id = '${mine}' where tenant_id = '${other}'`);
    expect(await report()).toMatchObject({ kind: 'broken', seq: 1 });
  });

  test('who makes the whole chain anew is found by an anchor, and by nothing else', async () => {
    verifies('GOV-01');
    const anchor = await readAuditHead(store, tenant_id);
    // The newest two are taken away with the head, as if they had never been.
    await asIntruder(`delete from audit_call where :own and seq > 8;
      update audit_head set seq = 8, hash = (select hash from audit_change where :own and seq = 8) where :own`);
    expect(await report()).toMatchObject({ kind: 'whole', records: 8 });
    expect(await report([anchor])).toEqual({
      kind: 'broken',
      seq: 9,
      problem: 'The audit ends with record 8, but the anchor is record 10',
    });
    // Others are written in their place.
    await insertCalls(store, [callOf(tenant_id), callOf(tenant_id), callOf(tenant_id)]);
    expect(await report()).toMatchObject({ kind: 'whole', records: 11 });
    expect(await report([anchor])).toMatchObject({
      kind: 'broken',
      seq: 10,
      problem: expect.stringContaining('anchor'),
    });
  });

  test('an anchor goes on to hold while the audit grows, also at the place where a part begins', async () => {
    verifies('GOV-01');
    const anchor = await readAuditHead(store, tenant_id);
    await insertCalls(store, [callOf(tenant_id)]);
    expect(await report([anchor, await readAuditHead(store, tenant_id)])).toMatchObject({ kind: 'whole', records: 11 });
    const part = async (from_seq: number) =>
      verifyExport(exportLines(await exportText(store, tenant_id, { from_seq })), [anchor]);
    expect(await part(11)).toMatchObject({ kind: 'whole', records: 1 });
    await insertCalls(store, [callOf(tenant_id)]);
    expect(await part(12)).toMatchObject({ kind: 'broken', problem: expect.stringContaining('not among') });
  });

  test('a part that begins after a record that is gone says so', async () => {
    await asIntruder(`delete from audit_call where :own and seq = 5`);
    const text = await exportText(store, tenant_id, { from_seq: 6 });
    expect(await verifyExport(exportLines(text))).toMatchObject({ kind: 'broken', seq: 5 });
  });

  test('old records that were cut off are stood for by the last line of the export that was kept', async () => {
    verifies('GOV-01');
    const kept = await verifyExport(exportLines(await exportText(store, tenant_id, { to_seq: 5 })));
    const anchor = kept.kind === 'whole' ? kept.last : { seq: 0, hash: '' };
    await asIntruder(
      `delete from audit_call where :own and seq <= 5; delete from audit_change where :own and seq <= 5`,
    );
    const text = await exportText(store, tenant_id, { from_seq: 6 });
    expect(await verifyExport(exportLines(text), [anchor])).toMatchObject({ kind: 'whole', records: 5 });
    const other = { seq: 5, hash: 'f'.repeat(64) };
    expect(await verifyExport(exportLines(text), [other])).toMatchObject({ kind: 'broken', seq: 6 });
  });
});

describe('in an export', () => {
  test('whichever character is another one, the line is found', async () => {
    verifies('GOV-01');
    const text = await exportText(store, tenant_id);
    const lines = text.trimEnd().split('\n');
    // The last line says where the audit went on to, which nothing in the file can prove.
    const end = text.length - (lines.at(-1)?.length ?? 0) - 2;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(end),
        fc.constantFrom('0', '1', 'a', 'f', '"', ' ', '}', '\n', 'ü', ''),
        async (at, other) => {
          fc.pre(text[at] !== other && text[at] !== '\n');
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          const line = text.slice(0, at).split('\n').length - 1;
          const found = await verifyExport(exportLines(changed));
          expect(found.kind).toBe('broken');
          if (found.kind === 'broken' && found.seq !== undefined)
            expect(found.seq).toBeLessThanOrEqual(Math.max(1, line));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['nothing', () => '', /nothing in it/],
    ['something else', () => '{"tools":[]}\n', /does not begin/],
    ['a newer form', (text: string) => text.replace('"toolcrib_audit":1', '"toolcrib_audit":2'), /does not begin/],
    ['cut in the middle of a line', (text: string) => text.slice(0, text.length >> 1), /not of an export/],
    ['cut after a line', (text: string) => text.split('\n').slice(0, 5).join('\n'), /cut after record 4/],
    ['two exports', (text: string) => text + text, /Something follows/],
    ['lines in another order', (text: string) => [...text.matchAll(/.*\n/g)].toReversed().join(''), /does not begin/],
    [
      'a key twice',
      (text: string) => text.replace('"outcome":"ok"', '"outcome":"error","outcome":"ok"'),
      /Record 1 is not/,
    ],
    [
      'a line longer than any record',
      (text: string) => text.replace('"search"', `"${'x'.repeat(100_000)}"`),
      /longer than any record/,
    ],
  ])('%s', async (_what, change, problem) => {
    const text = change(await exportText(store, tenant_id));
    expect(await verifyExport(exportLines(text))).toMatchObject({ problem: expect.stringMatching(problem) });
  });
});

test('the form is permanent: an export from the first day verifies', async () => {
  verifies('GOV-01');
  const record = `{"form":1,"kind":"change","tenant_id":"0192b8a0-0000-7000-8000-000000000001","id":"0192b8a0-0000-7000-8000-000000000002","at":"2026-01-01T00:00:00.000Z","user_id":null,"via":"operator","via_id":null,"action":"tenant-created","target_id":"0192b8a0-0000-7000-8000-000000000001"}`;
  const hash = '88e139f2766995aeeed37c4b033d9edca4e32999c0617868ad4fa1d5bcd15d89';
  expect(linkHash('0'.repeat(64), 1, record)).toBe(hash);
  const lines = [
    '{"toolcrib_audit":1,"tenant_id":"0192b8a0-0000-7000-8000-000000000001","after":{"seq":0,"hash":"' +
      '0'.repeat(64) +
      '"},"through":1}',
    `{"seq":1,"hash":"${hash}","record":${record}}`,
    `{"head":{"seq":1,"hash":"${hash}"}}`,
  ];
  expect(await verifyExport(exportLines(lines.join('\n')), [{ seq: 1, hash }])).toMatchObject({
    kind: 'whole',
    records: 1,
  });
});
