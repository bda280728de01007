// GET /v1/sessions: where one is signed in; who manages members sees where a member is.
import type { SessionList } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { listSessions as listSessionsOf } from '../../identity/sessions.ts';
import type { Operation } from './operation.ts';
import { id, session } from './schemas.ts';

const query = z.strictObject({
  user_id: id.optional().describe('Whose; without it, your own. Others need members.write'),
});

export const listSessions: Operation<z.output<typeof query>, unknown, SessionList> = {
  id: 'listSessions',
  method: 'GET',
  path: '/v1/sessions',
  summary: 'List the browsers that are signed in: your own, or those of a member for admins',
  guard: { kind: 'permission', permission: 'keys.read' },
  audit: { kind: 'none', reason: 'sessions are shown without their secret' },
  params: {},
  query,
  output: z.object({ sessions: z.array(session) }),
  errors: [],
  handle: async ({ principal, query: { user_id = principal.user_id } }, deps) => {
    if (user_id !== principal.user_id && !principal.permissions.has('members.write')) {
      throw new ToolcribError('forbidden', { params: { permission: 'members.write' } });
    }
    const sessions = await listSessionsOf(deps, { tenant_id: principal.tenant_id, user_id });
    const text = (time: number): string => new Date(time).toISOString();
    return {
      sessions: sessions.map((one) => ({
        ...one,
        created_at: text(one.created_at),
        last_seen_at: text(one.last_seen_at),
        expires_at: text(one.expires_at),
        current: principal.via.id === one.id,
      })),
    };
  },
};
