// What a start has opened, in its order: closed in the reverse order, by a stop or when the start fails.

type Closable = { close(): Promise<void> } | { stop(): Promise<void> };

export class Closers {
  readonly #opened: Closable[] = [];

  /** The thing itself. */
  add<Thing extends Closable>(thing: Thing): Thing {
    this.#opened.push(thing);
    return thing;
  }

  /** A part that fails does not keep the others open; its error is thrown at the end. */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const thing of this.#opened.toReversed()) {
      const closing = 'close' in thing ? thing.close() : thing.stop();
      await closing.catch((thrown: unknown) => failures.push(thrown));
    }
    if (failures.length > 0) throw failures[0];
  }
}
