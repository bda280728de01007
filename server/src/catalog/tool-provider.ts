// Whatever gives tenants tools beside the files: packs, and what the tenant has defined itself.
import type { Catalogue } from './catalogue.ts';

export interface ToolProvider {
  /** For faults and logs: `packs`. */
  readonly name: string;
  /** Changes whenever something has changed for every tenant; what changes for one raises its `catalogue_epoch`. */
  generation(): number;
  /** What this tenant has of it now. What is wrong with it is in `failed`; throws only `database_unavailable` and the like. */
  catalogueOf(tenant_id: string): Promise<Catalogue>;
}
