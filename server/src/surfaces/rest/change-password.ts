// PUT /v1/password: with the old one; every other session ends.
import { z } from 'zod';
import { changePassword as changePasswordOf } from '../../identity/set-password.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject({ old_password: z.string().max(10_000), password: z.string().max(10_000) });

export const changePassword: Operation<unknown, z.output<typeof body>, { readonly changed: true }> = {
  id: 'changePassword',
  method: 'PUT',
  path: '/v1/password',
  summary: 'Change your password; your other sessions end',
  guard: { kind: 'permission', permission: 'keys.write', session_only: true },
  audit: { kind: 'change' },
  params: {},
  body,
  output: z.object({ changed: z.literal(true) }),
  errors: ['conflict', 'rate_limited'],
  handle: async ({ principal, body: passwords }, deps) => {
    await changePasswordOf(deps, principal, passwords);
    deps.forgetIdentities();
    return { changed: true };
  },
};
