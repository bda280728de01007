// Whatever gives tenants tools beside the files: packs, and what the tenant has defined itself.
import type { Catalogue } from './catalogue.ts';

export interface ToolProvider {
  /** For faults and logs: `packs`. */
  readonly name: string;
  /** Grows whenever something has changed for every tenant; what changes for one raises its `catalogue_epoch`. Asked at every call. */
  generation(): number;
  /**
   * What this tenant has of it now; undefined when that is nothing. What is wrong with it is in `failed`; throws only
   * `database_unavailable` and the like. Whoever asks owns the answer and retires it when it is replaced: what several
   * answers have in common is kept by the provider (lifetimes.ts).
   */
  catalogueOf(tenant_id: string, at: ProvidedAt): Promise<Catalogue | undefined>;
}

export interface ProvidedAt {
  /** What this tenant has before it, from the files and from earlier providers: names in it are taken. */
  readonly earlier: Catalogue;
  /** Of the tenant: "0" until something of its own was first changed. */
  readonly catalogue_epoch: string;
}
