// GET /v1/workspaces: the workspaces of the caller's tenant, `main` among them.
import type { Workspace as WorkspaceWire, WorkspaceList } from '@toolcrib/client';
import { z } from 'zod';
import { listWorkspaces as listWorkspacesOf } from '../../identity/workspaces.ts';
import type { Workspace } from '../../identity/workspaces.ts';
import type { Operation } from './operation.ts';
import { workspace } from './schemas.ts';

export const listWorkspaces: Operation<unknown, unknown, WorkspaceList> = {
  id: 'listWorkspaces',
  method: 'GET',
  path: '/v1/workspaces',
  summary: 'List the workspaces of the tenant',
  guard: { kind: 'permission', permission: 'workspaces.read' },
  audit: { kind: 'none', reason: 'reads names only' },
  params: {},
  output: z.object({ workspaces: z.array(workspace) }),
  errors: [],
  handle: async ({ principal }, deps) => ({
    workspaces: (await listWorkspacesOf(deps, principal.tenant_id)).map((one) => workspaceOnWire(one)),
  }),
};

export function workspaceOnWire({ created_at, ...one }: Workspace): WorkspaceWire {
  return { ...one, created_at: new Date(created_at).toISOString() };
}
