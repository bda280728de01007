// GET /readyz: whether calls sent here now will be answered. 503 when not.
import type { Readiness } from '@toolcrib/client';
import { z } from 'zod';
import type { Operation } from './operation.ts';

const check = z.enum(['ok', 'unavailable']);

export const getReadiness: Operation<unknown, unknown, Readiness> = {
  id: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  summary: 'Whether the server can take calls',
  guard: { kind: 'public', reason: 'readiness probes have no key, and the answer names no host' },
  audit: { kind: 'none', reason: 'asked every few seconds by machines' },
  params: {},
  output: z.object({
    status: z.enum(['ready', 'not_ready']),
    checks: z.object({ database: check, audit: check, stopping: z.boolean() }),
  }),
  status: ({ status }) => (status === 'ready' ? 200 : 503),
  errors: [],
  handle: async (_input, { health }) => {
    const database = await health.database();
    const audit = health.audit();
    const stopping = health.stopping();
    return {
      status: database && audit && !stopping ? 'ready' : 'not_ready',
      checks: { database: database ? 'ok' : 'unavailable', audit: audit ? 'ok' : 'unavailable', stopping },
    };
  },
};
