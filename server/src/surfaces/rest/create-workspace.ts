// POST /v1/workspaces: makes a workspace in the caller's tenant.
import type { Workspace } from '@toolcrib/client';
import { z } from 'zod';
import { actorOf } from '../../identity/principal.ts';
import { createWorkspace as createWorkspaceOf } from '../../identity/workspaces.ts';
import { workspaceOnWire } from './list-workspaces.ts';
import type { Operation } from './operation.ts';
import { slug, workspace } from './schemas.ts';

const body = z.strictObject({
  slug: slug.describe('Lower-case letters, digits and hyphens'),
  name: z.string().trim().min(1).max(200).optional().describe('Without it, the slug'),
});

export const createWorkspace: Operation<unknown, z.output<typeof body>, Workspace> = {
  id: 'createWorkspace',
  method: 'POST',
  path: '/v1/workspaces',
  summary: 'Make a workspace',
  guard: { kind: 'permission', permission: 'workspaces.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: workspace,
  status: 201,
  errors: ['conflict'],
  handle: async ({ principal, body: input }, deps) => {
    const { name = input.slug } = input;
    const { tenant_id } = principal;
    return workspaceOnWire(await createWorkspaceOf(deps, actorOf(principal), { tenant_id, slug: input.slug, name }));
  },
};
