// toolcrib openapi import: makes a source of an OpenAPI document, as a definition of the tenant or as a tool file.
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { JsonObject } from '@toolcrib/client';
import { stringify } from 'yaml';
import { isName, nameRule } from '../catalog/names.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { inspectNamed, operationsOption } from './openapi-document.ts';
import { remote, remoteOptions } from './remote.ts';
import { showFaults } from './show-error.ts';
import { visibleLines } from './terminal.ts';

export const openapiImportCommand: Command = {
  name: 'openapi import',
  summary: 'Make tools of the operations of an OpenAPI document, for your tenant or as a tool file',
  words: 'FILE|URL',
  options: {
    name: { value: 'NAME', description: 'Name of the source' },
    operations: operationsOption,
    prefix: { value: 'TEXT', description: 'Before the names of its tools' },
    'base-url': { value: 'URL', description: 'Where the service is; without it, the first server of the document' },
    credential: {
      value: 'SYSTEM',
      description: 'Whose account: "caller" for one of this source alone, or a system such as github',
    },
    file: { value: 'FILE', description: 'Write a tool file, and the document beside it, instead of a definition' },
    ...remoteOptions,
  },
  run: async (input, io) => {
    const { name, file } = input.options;
    if (name === undefined || !isName(name)) throw wrongUsage(openapiImportCommand, `--name is needed. ${nameRule}`);
    const { document, faults, operations } = await inspectNamed(openapiImportCommand, input);
    if (faults.length > 0) io.err(visibleLines(`${faults.length} fault(s):\n${showFaults(faults)}`));
    const tools = operations.filter(({ tool }) => tool !== null).length;
    if (document === null || tools === 0) return exit.failed;
    if (file === undefined) {
      const fields = { type: 'openapi', document, ...fieldsOf(input) };
      const { warnings } = await remote(openapiImportCommand, input).saveDefinition('source', name, fields);
      if (warnings.length > 0) io.err(visibleLines(`${warnings.length} warning(s):\n${showFaults(warnings)}`));
    } else {
      const beside = `${basename(file).replace(/\.ya?ml$/, '')}.openapi.json`;
      await writeFile(join(dirname(file), beside), `${JSON.stringify(document, undefined, 2)}\n`, { flag: 'wx' });
      const source = { kind: 'source', name, type: 'openapi', document: beside, ...fieldsOf(input) };
      await writeFile(file, stringify(source), { flag: 'wx' });
    }
    io.err(`${tools} tool(s) of the source ${name}.\n`);
    return exit.done;
  },
};

function fieldsOf({ options }: CommandInput): JsonObject {
  const { prefix, 'base-url': base_url, credential } = options;
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(base_url === undefined ? {} : { base_url }),
    ...(credential === undefined ? {} : { credential: credential === 'caller' ? 'caller' : { system: credential } }),
  };
}
