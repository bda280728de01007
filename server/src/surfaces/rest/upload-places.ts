// Bounds the uploads that are under way: each may hold a whole file in memory, however slowly it comes.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';

export interface UploadPlaces {
  /** Takes a place until what is returned is called. Throws `rate_limited`. */
  enter(tenant_id: string): () => void;
}

export function createUploadPlaces(): UploadPlaces {
  const by_tenant = new Map<string, number>();
  let in_all = 0;
  return {
    enter: (tenant_id) => {
      const before = by_tenant.get(tenant_id) ?? 0;
      if (before >= limits.file_uploads_per_tenant || in_all >= limits.file_uploads) {
        const retry_after_s = 1;
        throw new ToolcribError('rate_limited', {
          params: { what: 'uploads are under way', retry_after_s },
          retry_after_s,
        });
      }
      by_tenant.set(tenant_id, before + 1);
      in_all += 1;
      return () => {
        in_all -= 1;
        const now = by_tenant.get(tenant_id) ?? 0;
        if (now > 1) by_tenant.set(tenant_id, now - 1);
        else by_tenant.delete(tenant_id);
      };
    },
  };
}
