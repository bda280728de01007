// GET /healthz: the process answers. Says nothing of the database: a restart would not mend that.
import type { Health } from '@toolcrib/client';
import { z } from 'zod';
import type { Operation } from './operation.ts';

export const getHealth: Operation<unknown, unknown, Health> = {
  id: 'getHealth',
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the process is alive',
  guard: { kind: 'public', reason: 'liveness probes have no key, and the answer says nothing' },
  audit: { kind: 'none', reason: 'asked every few seconds by machines' },
  params: {},
  output: z.object({ status: z.literal('ok') }),
  errors: [],
  handle: async () => ({ status: 'ok' }),
};
