// The pages of docs/ that are made from the code, as text. The test beside it holds the files equal; write-docs.ts writes them.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorCatalogue } from '../server/src/base/error-catalogue.ts';
import { providerFields } from '../server/src/credentials/oauth/provider.ts';
import { settings } from '../server/src/base/settings.ts';
import type { Setting } from '../server/src/base/settings.ts';
import { helpOf } from '../server/src/cli/command.ts';
import { commands } from '../server/src/cli/run.ts';
import { limits } from '../server/src/base/limits.ts';
import { parseSource } from './tidy/source-file.ts';
import type { SourceFile } from './tidy/source-file.ts';

export interface Document {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page that is made from the code. */
export function generatedDocuments(): readonly Document[] {
  return [
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/cli.md', text: cliPage() },
    { path: 'docs/limits.md', text: limitsPage(readSource('server/src/base/limits.ts')) },
    { path: 'server/providers/provider.schema.json', text: providerSchemaText() },
  ];
}

/** For editors: the first line of a provider's definition names it. */
function providerSchemaText(): string {
  const schema = z.toJSONSchema(providerFields, { io: 'input', reused: 'ref', unrepresentable: 'any' });
  return `${JSON.stringify({ ...schema, title: 'Definition of a provider' }, undefined, 2)}\n`;
}

const notice = '<!-- Made from the code by `npm run docs`. Do not edit. -->';

function errorsPage(): string {
  const entries = Object.entries(errorCatalogue).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = entries.map(([code, { status, audience, retryable, message, hint }]) =>
    row([`\`${code}\``, status, audience, retryable ? 'yes' : 'no', message, hint]),
  );
  return `# Errors

${notice}

Every refusal and failure is one of these. A \`code\` is permanent: programs branch on it and on nothing else. Words in
braces are filled in. **For** says who can act on it: the agent that made the call, the program that sent it, or the
operator of the server. **Again** says whether the same request may succeed later without a change.

The REST surface answers \`{"error": {"code", "message", "hint", "retryable"}, "request_id"}\` with the status; where there is
more to tell, \`error\` has \`retry_after_s\`, or \`faults\`, a list of every single fault with its path. The other surfaces carry the same code and
texts in their own shape.

${table(['Code', 'Status', 'For', 'Again', 'Message', 'Hint'], rows)}
`;
}

function configurationPage(): string {
  const rows = Object.values<Setting>(settings).map(({ path, variable, option, schema, description }) => {
    const preset: unknown = schema.safeParse(undefined).data;
    const preset_text =
      preset === undefined ? 'none' : `\`${typeof preset === 'string' ? preset : JSON.stringify(preset)}\``;
    return row([
      `\`${path}\``,
      `\`${variable}\``,
      option === undefined ? '' : `\`--${option}\``,
      preset_text,
      description,
    ]);
  });
  return `# Configuration

${notice}

A setting is taken from the option of \`toolcrib start\`, else from the environment variable, else from the configuration
file (\`--config\`, \`TOOLCRIB_CONFIG\`, or \`toolcrib.yaml\` in the working folder), else it has its default. The path names the
place in the file: \`server.port\` is \`port\` below \`server\`. Lists are separated by commas in variables; options for lists
are repeated. Unknown settings and variables that begin with \`TOOLCRIB_\` are faults.

${table(['Path in the file', 'Variable', 'Option', 'Default', 'Meaning'], rows)}
`;
}

function cliPage(): string {
  const parts = commands.map((command) => `## toolcrib ${command.name}\n\n\`\`\`text\n${helpOf(command)}\`\`\`\n`);
  return `# Command line

${notice}

In the repository: \`npx toolcrib COMMAND\`. The result of a command goes to standard output, everything said about it to
standard error. Exit codes: 0 done, 1 failed, 2 wrong words or arguments.

${parts.join('\n')}`;
}

/** Limits with the comment above each: the comment is the reason, the code is the value. */
function limitsPage(source: SourceFile): string {
  const rows = Object.entries(limits).map(([name, value]) =>
    row([`\`${name}\``, shown(name, value), reasonOf(source, name)]),
  );
  return `# Limits

${notice}

Nothing is unbounded. The last word of a name is its unit; without one it is a count. What an operator can change is a
setting of the configuration, or a field of the tool; the rest is fixed.

${table(['Limit', 'Value', 'Why'], rows)}
`;
}

function reasonOf(source: SourceFile, name: string): string {
  const property = source.nodes.find(
    (node) => node.type === 'Property' && node.key.type === 'Identifier' && node.key.name === name,
  );
  if (property === undefined) throw new Error(`limits.ts does not hold ${name} as a property`);
  const above = source.comments.findLast((comment) => comment.end < property.start);
  const is_adjacent = above !== undefined && source.text.slice(above.end, property.start).trim() === '';
  return is_adjacent ? above.value.replaceAll(/\s*\n\s*\*?\s*|^\*\s*/g, ' ').trim() : 'As above.';
}

function shown(name: string, value: number): string {
  if (name.includes('bytes') && value % 1024 === 0) {
    return value % (1024 * 1024) === 0 ? `${value / 1024 / 1024} MiB` : `${value / 1024} KiB`;
  }
  if (/_ms(_|$)/.test(name)) return value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`;
  return value.toLocaleString('en');
}

function table(columns: readonly string[], rows: readonly string[]): string {
  return [row(columns), row(columns.map(() => '---')), ...rows].join('\n');
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function readSource(path: string): SourceFile {
  return parseSource({ path, text: readFileSync(new URL(`../${path}`, import.meta.url), 'utf8') });
}
