// POST /v1/definitions/check: whether definitions could be saved, together, without saving them.
import type { DefinitionsBody, DefinitionsCheck } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { DefinitionDraft, DefinitionEntity } from '../../definitions/definition.ts';
import { definitionFields } from './definition-schemas.ts';
import type { Operation } from './operation.ts';
import { fault } from './schemas.ts';

const section = z
  .record(z.string(), definitionFields)
  .refine((entries) => Object.keys(entries).length <= limits.definitions, `At most ${limits.definitions}`)
  .default({});

const body = z.strictObject({
  sources: section.describe('By name, as in a tool file'),
  tools: section,
  toolsets: section,
});

export const checkDefinitions: Operation<unknown, z.output<typeof body>, DefinitionsCheck> = {
  id: 'checkDefinitions',
  method: 'POST',
  path: '/v1/definitions/check',
  summary: 'Check definitions together with those that the tenant has, without saving them',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'none', reason: 'changes nothing' },
  params: {},
  body,
  output: z.object({
    ok: z.boolean().describe('Whether the caller could save them'),
    faults: z.array(fault),
    warnings: z.array(fault).describe('What would be left out'),
    to_approve: z.array(z.string()).describe('What needs the permission tools.approve to be saved, and why'),
  }),
  errors: ['conflict', 'calls_limited'],
  handle: async ({ principal, body: asked }, { definitions }) => {
    const checked = await definitions.check(principal, draftsOf(asked));
    const may = checked.to_approve.length === 0 || principal.permissions.has('tools.approve');
    return { ok: may && checked.faults.length === 0, ...checked };
  },
};

function draftsOf({ sources = {}, tools = {}, toolsets = {} }: DefinitionsBody): readonly DefinitionDraft[] {
  const drafts = (entity: DefinitionEntity, entries: NonNullable<DefinitionsBody['tools']>) =>
    Object.entries(entries).map(([name, fields]) => ({ entity, name, body: fields }));
  return [...drafts('source', sources), ...drafts('tool', tools), ...drafts('toolset', toolsets)];
}
