// GET /v1/sources: which sources answer right now, what of the files could not be used, and which new texts are not used.
import type { SourceList } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { NamedSource } from '../../catalog/catalogue.ts';
import type { Operation } from './operation.ts';
import { fault } from './schemas.ts';

const status = z.enum(['ok', 'unavailable']);

export const listSources: Operation<unknown, unknown, SourceList> = {
  id: 'listSources',
  method: 'GET',
  path: '/v1/sources',
  summary: 'Probe every source and list the faults of the loaded files',
  guard: { kind: 'permission', permission: 'sources.read' },
  audit: { kind: 'none', reason: 'reads states only' },
  params: {},
  output: z.object({
    sources: z.array(z.object({ name: z.string(), type: z.string(), status })),
    failed: z.array(z.object({ entity: z.string(), name: z.string(), faults: z.array(fault) })),
    held: z.array(z.object({ file: z.string(), faults: z.array(fault) })),
  }),
  errors: [],
  handle: async ({ principal }, { catalogueOf }) => {
    const current = await catalogueOf(principal);
    const { sources, failed, held } = current.visibleSources(principal.tenant_id);
    current.hold();
    try {
      const probed = await Promise.all(sources.map((source) => probe(source)));
      return { sources: probed, failed, held: held.map(({ file, faults }) => ({ file, faults })) };
    } finally {
      current.release();
    }
  },
};

async function probe({ name, source }: NamedSource): Promise<SourceList['sources'][number]> {
  try {
    await source.probe(AbortSignal.timeout(limits.source_connect_ms));
    return { name, type: source.type, status: 'ok' };
  } catch {
    return { name, type: source.type, status: 'unavailable' };
  }
}
