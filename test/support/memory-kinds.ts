// A small real kind of source and one of tool, with the names and the fields that the flights example needs: they check
// placeholders as SQL does and answer with what they were given. For tests of everything that is not a database.
import { z } from 'zod';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { Fault } from '../../server/src/base/errors.ts';
import type { JsonObject } from '../../server/src/base/json.ts';
import type { AuthServiceKind } from '../../server/src/catalog/auth-service.ts';
import type { Source, SourceKind } from '../../server/src/catalog/source.ts';
import type { ToolKind, ToolToCheck } from '../../server/src/catalog/tool.ts';

const memoryFields = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(5432),
  database: z.string(),
  user: z.string(),
  password: z
    .string()
    .refine((text) => text !== 'password', { error: ({ input }) => `"${String(input)}" is too easy` }),
  tls: z.union([z.boolean(), z.strictObject({ ca_file: z.string() })]).optional(),
});
type MemoryFields = z.infer<typeof memoryFields>;

/** Sources that were opened and not closed, by name. */
export const openSources = new Set<string>();

function openSource(type: string, name: string): Source {
  openSources.add(name);
  return {
    type,
    probe: () => Promise.resolve(),
    close: () => {
      openSources.delete(name);
      return Promise.resolve();
    },
  };
}

const memorySource: SourceKind<MemoryFields> = {
  type: 'postgres',
  aliases: ['alloydb-postgres'],
  fields: memoryFields,
  open: (name) => openSource('postgres', name),
};

const otherSource: SourceKind<{ readonly path: string }> = {
  type: 'sqlite',
  aliases: [],
  fields: z.strictObject({ path: z.string() }),
  open: (name) => openSource('sqlite', name),
};

function checkPlaceholders({ statement }: { statement: string }, { parameters }: ToolToCheck): readonly Fault[] {
  const used = new Set([...statement.matchAll(/\$(\d+)/g)].map(([, index]) => Number(index)));
  return [
    ...[...used]
      .filter((index) => index > parameters.length)
      .map((index) => ({ path: 'statement', message: `the placeholder $${index} has no parameter` })),
    ...parameters.flatMap(({ name }, index) =>
      used.has(index + 1) ? [] : [{ path: `parameters[${index}].name`, message: `no placeholder uses "${name}"` }],
    ),
  ];
}

const memoryTool: ToolKind<{ statement: string }> = {
  type: 'postgres-sql',
  aliases: ['pg-sql'],
  source_types: ['postgres'],
  fields: z.strictObject({ statement: z.string().min(1) }),
  check: checkPlaceholders,
  prepare:
    ({ statement }, { name, source, read_only }) =>
    (args) =>
      Promise.resolve({
        kind: 'value',
        value: { name, statement, source: source?.type ?? null, read_only, args: JSON.stringify(args) },
      }),
};

const clockTool: ToolKind<object> = {
  type: 'clock',
  aliases: [],
  source_types: [],
  fields: z.strictObject({}),
  check: () => [],
  prepare: () => () => Promise.resolve({ kind: 'value', value: 'noon' }),
};

/** Takes a token that is the JSON text of its claims. */
const memoryAuthService: AuthServiceKind<object> = {
  type: 'memory-auth',
  aliases: [],
  fields: z.strictObject({}),
  open: (name) => ({
    name,
    type: 'memory-auth',
    verify: async (token) => {
      if (token.startsWith('{')) return JSON.parse(token) as JsonObject;
      throw new ToolcribError('token_refused', { params: { service: name, reason: 'malformed' } });
    },
  }),
};

export const memoryKinds = {
  sources: [memorySource, otherSource],
  tools: [memoryTool, clockTool],
  auth_services: [memoryAuthService],
  resources: [],
};
