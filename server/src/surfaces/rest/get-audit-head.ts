// GET /v1/audit/head: the last record of the tenant's audit, to be kept where nobody of this server can change it.
import type { AuditHead } from '@toolcrib/client';
import { z } from 'zod';
import { readAuditHead } from '../../ledger/export-audit.ts';
import type { Operation } from './operation.ts';

const output = z.object({ seq: z.number().int().min(0), hash: z.string() }) satisfies z.ZodType<AuditHead>;

export const getAuditHead: Operation<unknown, unknown, AuditHead> = {
  id: 'getAuditHead',
  method: 'GET',
  path: '/v1/audit/head',
  summary: 'Get the place and the hash of the last record in the audit of the tenant',
  guard: { kind: 'permission', permission: 'audit.read' },
  audit: { kind: 'none', reason: 'tells nothing of any record' },
  params: {},
  output,
  errors: [],
  handle: ({ principal }, { store }) => readAuditHead(store, principal.tenant_id),
};
