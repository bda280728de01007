// POST /v1/credentials/{id}/test: whether the account is taken where it would be used.
import type { CredentialTest } from '@toolcrib/client';
import { z } from 'zod';
import type { NamedSource } from '../../catalog/catalogue.ts';
import { testCredential as test } from '../../credentials/test-credential.ts';
import type { TestDeps } from '../../credentials/test-credential.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';

export const testCredential: Operation<unknown, unknown, CredentialTest> = {
  id: 'testCredential',
  method: 'POST',
  path: '/v1/credentials/{id}/test',
  summary: 'Try a credential of your own; admins, a shared one',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the credential' },
  output: z.object({ success: z.boolean(), message: z.string() }),
  errors: ['not_found', 'vault_unavailable'],
  handle: async ({ principal, params }, deps) => {
    const catalogue = await deps.catalogueOf(principal);
    const { sources } = catalogue.visibleSources(principal.tenant_id);
    const { endpoint, providerAt } = deps.oauth;
    catalogue.hold();
    try {
      const { store, clock, ids, vault } = deps;
      const tested: TestDeps = {
        store,
        clock,
        ids,
        vault,
        endpoint,
        providerAt,
        sourcesFor: (facts) => takers(sources, facts),
      };
      const result = await test(tested, principal, idParam(params, 'id'));
      deps.forgetIdentities();
      return result;
    } finally {
      catalogue.release();
    }
  },
};

function takers(sources: readonly NamedSource[], { system, strategy }: Parameters<TestDeps['sourcesFor']>[0]) {
  return sources
    .filter(({ need }) => need?.systems.includes(system) === true && need.strategies.includes(strategy))
    .map(({ name, source }) => ({
      name,
      probe: async (...asked: Parameters<typeof source.probe>) => source.probe(...asked),
    }));
}
