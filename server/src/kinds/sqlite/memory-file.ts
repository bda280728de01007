// A database "in memory" for processes that share it: a file of its own in the folder for temporary files, made when it is
// first used and gone when its source is closed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class MemoryFile {
  #folder: string | undefined;

  path(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), 'toolcrib-memory-'));
      writeFileSync(join(this.#folder, 'memory.db'), '');
    }
    return join(this.#folder, 'memory.db');
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
