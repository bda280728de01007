// What outlives one catalogue: open sources, auth services with their keys, prepared tools. A new catalogue takes over
// what has not changed; what no catalogue has any more is closed. Knows nothing of what it keeps.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/json.ts';
import type { Log } from '../base/log.ts';

interface Kept {
  readonly thing: object;
  readonly close: () => Promise<void>;
  holders: number;
}

export class Lifetimes {
  readonly #log: Log;
  /** By the digest of its definition. Definitions hold secrets: their texts are not kept. */
  readonly #kept = new Map<string, Kept>();
  readonly #keys = new WeakMap<object, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** A holder for one catalogue. */
  holder(): Holder {
    return new Holder(
      (definition, make) => this.#take(definition, make),
      (key) => this.#release(key),
    );
  }

  #take(definition: unknown, make: Make<object>): { readonly key: string; readonly thing: object } {
    const key = createHash('sha256')
      .update(canonicalJson(this.#named(definition)))
      .digest('base64');
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      const { thing, close } = make();
      kept = { thing, close: close ?? (() => Promise.resolve()), holders: 0 };
      this.#kept.set(key, kept);
      this.#keys.set(thing, key);
    }
    kept.holders += 1;
    return { key, thing: kept.thing };
  }

  /** The definition with things that are kept here by their keys: a tool is another one on another source. */
  #named(definition: unknown): unknown {
    if (typeof definition !== 'object' || definition === null) return definition;
    const key = this.#keys.get(definition);
    if (key !== undefined) return key;
    if (Array.isArray(definition)) return definition.map((item) => this.#named(item));
    return Object.fromEntries(Object.entries(definition).map(([name, item]) => [name, this.#named(item)]));
  }

  async #release(key: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    kept.holders -= 1;
    if (kept.holders > 0) return;
    this.#kept.delete(key);
    try {
      await kept.close();
    } catch (error) {
      this.#log.error('close-failed', { error });
    }
  }
}

/** Makes a thing, with how it is closed where it has to be. */
export type Make<Thing extends object> = () => { readonly thing: Thing; readonly close?: () => Promise<void> };

type Take = (definition: unknown, make: Make<object>) => { readonly key: string; readonly thing: object };

/** What one catalogue has. */
export class Holder {
  readonly #take: Take;
  readonly #release: (key: string) => Promise<void>;
  readonly #keys = new Set<string>();

  constructor(take: Take, release: (key: string) => Promise<void>) {
    this.#take = take;
    this.#release = release;
  }

  /**
   * The thing of that definition: the one that there is, else a new one. Equal definitions must mean equal things; a
   * definition is JSON, in which things of other definitions may stand. What `make` throws is passed on.
   */
  take<Thing extends object>(definition: unknown, make: Make<Thing>): Thing {
    const { key, thing } = this.#take(definition, make);
    if (this.#keys.has(key)) void this.#release(key);
    this.#keys.add(key);
    return thing as Thing;
  }

  /** Lets go of everything; closes what no other holder has. Never rejects. Idempotent. */
  async release(): Promise<void> {
    const keys = [...this.#keys];
    this.#keys.clear();
    await Promise.all(keys.map((key) => this.#release(key)));
  }
}
