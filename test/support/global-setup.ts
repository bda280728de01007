// Starts the real PostgreSQL that all files of the integration tests share, and removes it at the end; installs the
// clients that they run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installPrograms } from './debian-programs.ts';
import { makeEmbeddedTemplate } from './embedded-template.ts';
import { ensurePeers } from './peers.ts';
import { startPostgres } from './postgres.ts';

/** Called by vitest before the first file; what it returns is called after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  installPrograms();
  await ensurePeers();
  const server = await startPostgres();
  project.provide('postgres', { superuser_url: server.superuser_url });
  const embedded_folder = mkdtempSync(join(tmpdir(), 'toolcrib-embedded-'));
  await makeEmbeddedTemplate(embedded_folder);
  project.provide('embedded_folder', embedded_folder);
  return async () => {
    rmSync(embedded_folder, { recursive: true, force: true });
    await server.remove();
  };
}
