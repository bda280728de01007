// The audit over REST: its head, and the export with its chain.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyExport } from '../../server/src/ledger/verify-export.ts';
import { exportLines } from '../support/audit-chain.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer({ tenants: ['acme', 'other'] });
});
afterAll(() => toolcrib.stop());

const call = operationCaller(() => toolcrib);
const callTool = (key?: string) =>
  call('callTool', '/v1/tools/list_flights_from/call', {
    body: { arguments: { airport: 'SFO' } },
    ...(key === undefined ? {} : { key }),
  });

describe('getAuditHead', () => {
  it('200 moves with every call, by one', async () => {
    verifies('GOV-01');
    const before = (await call('getAuditHead', '/v1/audit/head')).body;
    await callTool();
    const after = (await call('getAuditHead', '/v1/audit/head')).body;
    expect(after.seq).toBe(before.seq + 1);
    expect(after.hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await call('listCalls', '/v1/audit/calls?limit=1')).body.calls[0].seq).toBe(after.seq);
  });

  it('403 without audit.read', async () => {
    const { body } = await call('createKey', '/v1/keys', { body: { name: 'narrow', scopes: ['tools.use'] } });
    for (const path of ['head', 'export'])
      expect((await toolcrib.request('GET', `/v1/audit/${path}`, { key: body.secret })).status).toBe(403);
  });
});

describe('exportAudit', () => {
  it('200 gives lines that verify, ends with the record of the export itself, and holds no other tenant', async () => {
    verifies('GOV-01', 'TEN-02');
    await callTool(toolcrib.keys['other']);
    const { headers, text } = await call('exportAudit', '/v1/audit/export');
    expect(headers.get('content-type')).toBe('application/jsonl');
    const head = (await call('getAuditHead', '/v1/audit/head')).body;
    expect(await verifyExport(exportLines(text), [head])).toMatchObject({ kind: 'whole', last: head, head });
    const lines = text.trimEnd().split('\n');
    const tenants = new Set(lines.slice(1, -1).map((line) => JSON.parse(line).record.tenant_id));
    expect(tenants.size).toBe(1);
    expect(JSON.parse(lines.at(-2) ?? '').record).toMatchObject({
      kind: 'change',
      action: 'audit-exported',
      via: 'api_key',
    });
    expect(JSON.parse(lines[1] ?? '').record).toMatchObject({ kind: 'change', action: 'tenant-created' });
  });

  it('200 of a part by places and by time', async () => {
    const part = (await call('exportAudit', '/v1/audit/export?from_seq=2&to_seq=3')).text;
    expect(await verifyExport(exportLines(part))).toMatchObject({ kind: 'whole', records: 2, last: { seq: 3 } });
    const none = (await call('exportAudit', '/v1/audit/export?to=2020-01-01T00:00:00Z')).text;
    expect(await verifyExport(exportLines(none))).toMatchObject({ kind: 'whole', records: 0 });
  });

  it.each(['from_seq=0', 'from=yesterday', 'format=csv', 'to_seq=1.5'])('400 for %s', async (query) => {
    expect((await call('exportAudit', `/v1/audit/export?${query}`)).body.error.code).toBe('body_invalid');
  });

  it('ends when its reader has gone, and leaves nothing open', async () => {
    const { hostname, port } = new URL(toolcrib.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(
      `GET /v1/audit/export HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${toolcrib.key}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect((await call('getAuditHead', '/v1/audit/head')).status).toBe(200);
    expect(toolcrib.log_lines.filter((line) => line.includes('request-failed'))).toEqual([]);
  });
});
