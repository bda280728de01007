// Which catalogue a tenant has: that of the files, with what packs and its own definitions add. Put together when it is first
// needed, and again when something of it has changed; a tenant with nothing of its own has the files' catalogue itself.
import { limits } from '../base/limits.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import { composeCatalogues } from '../catalog/compose-catalogues.ts';
import type { ToolProvider } from '../catalog/tool-provider.ts';

/** What of a principal says which catalogue it sees. */
export interface CatalogueReader {
  readonly tenant_id: string;
  /** As last read: what was put together for an older one is not used. */
  readonly catalogue_epoch: string;
}

/** A promise only when it has to be put together first. Whoever uses it across a wait holds it. */
export type CatalogueOf = (reader: CatalogueReader) => Catalogue | Promise<Catalogue>;

interface Deps {
  /** The files' catalogue of this moment. */
  readonly files: () => Catalogue;
  /** In their order: no name is taken from an earlier one. */
  readonly providers: readonly ToolProvider[];
}

interface Known {
  readonly epoch: string;
  readonly catalogue: Catalogue;
  /** Whether it is the tenant's own, to be retired when it is replaced; else that of the files. */
  readonly is_own: boolean;
  /** What counts for the bound. */
  readonly tools: number;
}

interface Composed {
  readonly catalogue: Catalogue;
  /** What it has beside the files. */
  readonly parts: readonly Catalogue[];
}

export class TenantCatalogues {
  readonly #deps: Deps;
  /** The one put together first comes first. */
  readonly #known = new Map<string, Known>();
  readonly #pending = new Map<string, Promise<void>>();
  /** Of all that are known. */
  #tools = 0;
  #files: Catalogue;
  #generation: number;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#files = deps.files();
    this.#generation = this.#generationNow();
  }

  /** Asked at every call: nothing is waited for, or made, when the catalogue is known. */
  readonly of: CatalogueOf = (reader) => {
    const { files, providers } = this.#deps;
    if (providers.length === 0) return files();
    this.#forgetOutdated();
    const known = this.#known.get(reader.tenant_id);
    if (known !== undefined && isAtLeast(known.epoch, reader.catalogue_epoch)) return known.catalogue;
    return this.#wait(reader);
  };

  /** Closes what tenants have of their own, whoever uses it. */
  async close(): Promise<void> {
    const own = [...this.#known.values()].filter(({ is_own }) => is_own);
    this.#known.clear();
    await Promise.all(own.map(({ catalogue }) => catalogue.close()));
  }

  /** One at a time for a tenant; a change that came meanwhile is seen by whoever knows of it. */
  async #wait(reader: CatalogueReader): Promise<Catalogue> {
    const { tenant_id } = reader;
    const running = this.#pending.get(tenant_id);
    const making = running ?? this.#make(reader).finally(() => this.#pending.delete(tenant_id));
    if (running === undefined) this.#pending.set(tenant_id, making);
    await making;
    return this.of(reader);
  }

  /** Works with what a tenant has before a provider adds its own: put together for this once. */
  async withEarlier<Answer>(
    reader: CatalogueReader,
    provider: ToolProvider,
    work: (earlier: Catalogue) => Promise<Answer>,
  ): Promise<Answer> {
    const { providers } = this.#deps;
    const earlier = await this.#compose(reader, providers.slice(0, providers.indexOf(provider)));
    earlier.catalogue.hold();
    retireAll(earlier.parts);
    try {
      return await work(earlier.catalogue);
    } finally {
      earlier.catalogue.release();
    }
  }

  async #make(reader: CatalogueReader): Promise<void> {
    const { tenant_id, catalogue_epoch } = reader;
    const files = this.#files;
    const generation = this.#generation;
    const { catalogue, parts } = await this.#compose(reader, this.#deps.providers);
    this.#forgetOutdated();
    // Made from what is no longer there: whoever waits asks again.
    if (files !== this.#files || generation !== this.#generation) return retireAll(parts);
    const tools = parts.reduce((sum, part) => sum + part.tools.length, 0);
    this.#remember(tenant_id, { epoch: catalogue_epoch, catalogue, is_own: parts.length > 0, tools });
  }

  async #compose(reader: CatalogueReader, providers: readonly ToolProvider[]): Promise<Composed> {
    const { tenant_id, catalogue_epoch } = reader;
    const files = this.#deps.files();
    const parts: Catalogue[] = [];
    let catalogue = files;
    try {
      for (const provider of providers) {
        const part = await provider.catalogueOf(tenant_id, { earlier: catalogue, catalogue_epoch });
        if (part === undefined) continue;
        parts.push(part);
        catalogue = composeCatalogues(tenant_id, files, parts);
      }
    } catch (thrown) {
      retireAll(parts);
      throw thrown;
    }
    return { catalogue, parts };
  }

  #remember(tenant_id: string, made: Known): void {
    this.#forget(tenant_id);
    for (const oldest of this.#known.keys()) {
      const is_room = this.#known.size < limits.tenant_catalogues;
      if (is_room && this.#tools + made.tools <= limits.tenant_catalogue_tools) break;
      this.#forget(oldest);
    }
    this.#known.set(tenant_id, made);
    this.#tools += made.tools;
  }

  #forget(tenant_id: string): void {
    const known = this.#known.get(tenant_id);
    if (known === undefined) return;
    this.#known.delete(tenant_id);
    this.#tools -= known.tools;
    if (known.is_own) known.catalogue.retire();
  }

  /** Everything, when the files or a provider have changed for all. */
  #forgetOutdated(): void {
    const files = this.#deps.files();
    const generation = this.#generationNow();
    if (files === this.#files && generation === this.#generation) return;
    this.#files = files;
    this.#generation = generation;
    for (const tenant_id of this.#known.keys()) this.#forget(tenant_id);
  }

  /** Each only grows, and so does their sum. */
  #generationNow(): number {
    let sum = 0;
    for (const provider of this.#deps.providers) sum += provider.generation();
    return sum;
  }
}

function retireAll(parts: readonly Catalogue[]): void {
  for (const part of parts) part.retire();
}

/** Epochs are whole numbers that may be larger than a JavaScript number. */
function isAtLeast(epoch: string, wanted: string): boolean {
  return epoch === wanted || BigInt(epoch) >= BigInt(wanted);
}
