// What a kind gets to see of a call, for tests that run a kind without the corridor.
import { createLog } from '../../server/src/base/log.ts';
import type { RunContext } from '../../server/src/catalog/tool.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('This test gives nothing of the kind'));
const closedHttp = { request: refuse, stream: refuse, close: () => Promise.resolve() };

/** The context of a call by one caller, silent, with generous limits. */
export function runContext(options: Partial<RunContext> = {}): RunContext {
  return {
    call_id: 'call',
    caller: {
      user_id: 'user-1',
      user_email: 'ada@example.com',
      user_name: 'Ada',
      tenant_id: 'tenant-1',
      tenant_slug: 'acme',
      workspace_id: 'workspace-1',
    },
    signal: new AbortController().signal,
    limits: { rows: 1_000, bytes: 1024 * 1024 },
    skip_rows: 0,
    http: closedHttp,
    files: { save: refuse, read: refuse, url: refuse, list: refuse },
    pauses: { handOff: refuse, ask: refuse },
    call: refuse,
    log: createLog({ level: 'silent' }),
    notify: () => undefined,
    ...options,
  };
}
