// toolcrib openapi inspect: what an OpenAPI document offers.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { inspectNamed, operationsOption } from './openapi-document.ts';
import { remoteOptions } from './remote.ts';
import { showFaults } from './show-error.ts';
import { table } from './table.ts';
import { visibleLines } from './terminal.ts';

export const openapiInspectCommand: Command = {
  name: 'openapi inspect',
  summary: 'Show the operations of an OpenAPI document, and what cannot be made a tool of',
  words: 'FILE|URL',
  options: {
    operations: operationsOption,
    json: { description: 'Everything, as JSON' },
    ...remoteOptions,
  },
  run: async (input, io) => {
    const found = await inspectNamed(openapiInspectCommand, input);
    if (input.switches.has('json')) io.out(`${JSON.stringify(found, undefined, 2)}\n`);
    else {
      const rows = found.operations.map(({ tool, method, path, tags, summary }) => [
        tool ?? '(none)',
        `${method} ${path}`,
        tags.join(', '),
        summary,
      ]);
      io.out(table(['tool', 'operation', 'tags', 'summary'], rows));
      io.err(`Servers: ${visibleLines(found.servers.join(', ')) || 'none: give a base URL'}\n`);
    }
    if (found.faults.length > 0) io.err(visibleLines(`${found.faults.length} fault(s):\n${showFaults(found.faults)}`));
    return found.document === null ? exit.failed : exit.done;
  },
};
