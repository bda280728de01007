// An OpenAPI document that a command names: a file is read here, a URL by the server, which may only reach what it may reach.
import { readFile, stat } from 'node:fs/promises';
import type { OpenapiInspection } from '@toolcrib/client';
import { systemClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { createPause } from '../base/pause.ts';
import { inspectDocument } from '../kinds/openapi/inspect-document.ts';
import { readOpenApi } from '../kinds/openapi/openapi-document.ts';
import { parseDocument } from '../kinds/openapi/parse-document.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { remote } from './remote.ts';

export const operationsOption = {
  value: 'NAME',
  repeatable: true,
  description: 'Only this operation: its operationId, "METHOD /path", or a tag; without it, all',
} as const;

/** Throws `usage_invalid` when there is nothing to read. */
export async function inspectNamed(command: Command, input: CommandInput): Promise<OpenapiInspection> {
  const [named, ...more] = input.words;
  if (named === undefined || more.length > 0) throw wrongUsage(command, 'A file or a URL is needed');
  const chosen = input.lists['operations'];
  if (/^https?:\/\//i.test(named)) {
    return remote(command, input).inspectOpenapi({ url: named, ...(chosen && { operations: chosen }) });
  }
  const found = await stat(named).catch(() => undefined);
  if (found?.isFile() !== true) throw wrongUsage(command, `${named} cannot be read`);
  if (found.size > limits.openapi_bytes) throw wrongUsage(command, `${named} is too large`);
  const parsed = await parseDocument(await readFile(named, 'utf8'));
  if ('problem' in parsed) throw wrongUsage(command, `${named} ${parsed.problem}`);
  const { document, faults } = readOpenApi(parsed.value);
  if (document === undefined) throw wrongUsage(command, `${named} ${faults[0]?.message ?? 'cannot be used'}`);
  const { found: contents, part } = await inspectDocument(document, chosen, createPause(systemClock));
  return { ...contents, document: part };
}
