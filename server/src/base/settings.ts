// The table of settings: where each can be given, what it means, what it is when nobody says. One row per setting;
// the file, the environment, the command line and docs/configuration.md all follow from it.
import { z } from 'zod';
import { isAllowedEntry } from './address-guard.ts';

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Place in the configuration file: `server.port`. */
  readonly path: string;
  readonly variable: `TOOLCRIB_${string}`;
  /** Option of `toolcrib start`, where there is one. */
  readonly option?: string;
  readonly schema: Schema;
  /** How the text of a variable or option is read: as it is, as a whole number, or as a list separated by commas. */
  readonly text: 'text' | 'number' | 'list';
  readonly description: string;
}

interface ToolFile {
  readonly path: string;
  /** Slug of the tenant whose alone the tools are; everyone's when undefined. */
  readonly tenant: string | undefined;
}

/** `acme=tools/acme.yaml`; a path that looks like it is written `./acme=tools.yaml`. */
const tenantFile = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)=(.+)$/s;

const toolFile = z.union([
  z
    .string()
    .min(1)
    .transform((text): ToolFile => {
      const [, tenant, path] = tenantFile.exec(text) ?? [];
      return { path: path ?? text, tenant };
    }),
  z
    .strictObject({ path: z.string().min(1), tenant: z.string().min(1).optional() })
    .transform(({ path, tenant }): ToolFile => ({ path, tenant })),
]);

/** `github=Iv1.abc:secret`, or an object in the file. */
const globalClient = z.union([
  z
    .string()
    .regex(/^[\w-]+=[^:]+:.+$/s, 'must be PROVIDER=CLIENT_ID:CLIENT_SECRET')
    .transform((text) => {
      const [, provider = '', client_id = '', client_secret = ''] = /^([\w-]+)=([^:]+):(.+)$/s.exec(text) ?? [];
      return { provider, client_id, client_secret, options: {} };
    }),
  z.strictObject({
    provider: z.string().min(1),
    client_id: z.string().min(1),
    client_secret: z.string().min(1).optional(),
    options: z.record(z.string(), z.string()).default({}),
  }),
]);

/** An address without a path: what follows the host is nobody's to choose. Written as browsers write an origin. */
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => {
    const url = URL.parse(text);
    return url === null || (url.pathname === '/' && `${url.search}${url.hash}${url.username}${url.password}` === '');
  }, 'must be an address without a path, such as https://tools.example.com')
  .transform((text) => new URL(text).origin);

export const settings = {
  host: {
    path: 'server.host',
    variable: 'TOOLCRIB_HOST',
    option: 'host',
    schema: z.string().min(1).default('127.0.0.1'),
    text: 'text',
    description: 'Address to listen on. The default is reached from this machine only.',
  },
  port: {
    path: 'server.port',
    variable: 'TOOLCRIB_PORT',
    option: 'port',
    schema: z.number().int().min(0).max(65_535).default(5100),
    text: 'number',
    description: 'Port to listen on; 0 takes a free one.',
  },
  allowed_hosts: {
    path: 'server.allowed_hosts',
    variable: 'TOOLCRIB_ALLOWED_HOSTS',
    schema: z.array(z.string().min(1).toLowerCase()).default([]),
    text: 'list',
    description:
      'Host names (without port) under which the server is reached, beside the names of the loopback address. Needed when `server.host` is not the loopback address: without it any host name is answered, and the start says so.',
  },
  allowed_origins: {
    path: 'server.allowed_origins',
    variable: 'TOOLCRIB_ALLOWED_ORIGINS',
    schema: z.array(origin).default([]),
    text: 'list',
    description:
      'Origins of web pages elsewhere that may send requests, such as `https://app.example.com` (CORS). They need an API key: the cookie of a sign-in counts for the pages of this server alone.',
  },
  public_urls: {
    path: 'server.public_urls',
    variable: 'TOOLCRIB_PUBLIC_URLS',
    schema: z.array(origin).default([]),
    text: 'list',
    description:
      'Addresses under which browsers reach the server, the usual one first: `https://tools.example.com`, also behind a proxy. Their host names count as allowed. Links and OAuth return addresses are made from the one whose host name the request came under, else from the first. Without it: the address that the server listens on.',
  },
  mode: {
    path: 'server.mode',
    variable: 'TOOLCRIB_MODE',
    option: 'mode',
    schema: z.enum(['development', 'production']).default('development'),
    text: 'text',
    description:
      '`production`: the server does not start without a master key of its own (`vault.key_file` or `vault.keys`) and without https in `server.public_urls`. `development`: it makes a key file in the data folder.',
  },
  data_folder: {
    path: 'data.folder',
    variable: 'TOOLCRIB_DATA',
    option: 'data',
    schema: z.string().min(1).default('.toolcrib'),
    text: 'text',
    description: 'Folder of the embedded database and the demo. Not used with `database.url` after the first start.',
  },
  database_url: {
    path: 'database.url',
    variable: 'TOOLCRIB_DATABASE_URL',
    option: 'database-url',
    schema: z
      .string()
      .regex(/^postgres(?:ql)?:\/\/./, 'must begin with postgres:// or postgresql://')
      .optional(),
    text: 'text',
    description: "PostgreSQL 15 or later for the server's own state. Without it the embedded database is used.",
  },
  tools: {
    path: 'tools',
    variable: 'TOOLCRIB_TOOLS',
    option: 'tools',
    schema: z.array(toolFile).default([]),
    text: 'list',
    description:
      'YAML files or folders with sources, tools and toolsets. `TENANT=PATH` (in the file also `{path, tenant}`) gives them to one tenant alone. Without any, the demo is loaded.',
  },
  prebuilt: {
    path: 'prebuilt',
    variable: 'TOOLCRIB_PREBUILT',
    option: 'prebuilt',
    schema: z.array(z.string().min(1)).default([]),
    text: 'list',
    description:
      'Names of ready-made sets of tools, for everyone on this server: `postgres`, `mysql`, `sqlite` and others.',
  },
  packs_folders: {
    path: 'packs.folders',
    variable: 'TOOLCRIB_PACKS_FOLDERS',
    schema: z.array(z.string().min(1)).default([]),
    text: 'list',
    description:
      'Folders with packs, at whatever depth: each folder with a `manifest.yaml` is one. Their TypeScript is run by the server, so only the operator may write there. Followed while the server runs.',
  },
  packs_bundled: {
    path: 'packs.bundled',
    variable: 'TOOLCRIB_PACKS_BUNDLED',
    schema: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(true),
    text: 'text',
    description: 'Whether the packs that come with the server are there. Each tenant turns on the ones it wants.',
  },
  allowed_private: {
    path: 'network.allowed_private',
    variable: 'TOOLCRIB_ALLOWED_PRIVATE',
    schema: z.array(z.string().refine(isAllowedEntry, 'Not a host name, an address or a network')).default([]),
    text: 'list',
    description:
      'Host names, addresses and networks (`10.1.0.0/16`) that URLs in tool files may lead to although they are not public. Without it the server sends no request to its own machine or its own network, whatever a name resolves to. Does not concern databases.',
  },
  vault_key_file: {
    path: 'vault.key_file',
    variable: 'TOOLCRIB_VAULT_KEY_FILE',
    schema: z.string().min(1).optional(),
    text: 'text',
    description:
      'File with the master keys that wrap the keys of the tenants: one per line (`toolcrib vault new-key`), the current one first. Readable by the server alone (mode 0600). Read again while running, so that the key can be changed.',
  },
  vault_keys: {
    path: 'vault.keys',
    variable: 'TOOLCRIB_VAULT_KEYS',
    schema: z.array(z.string().min(1)).default([]),
    text: 'list',
    description: 'The same keys as a list, for platforms that give secrets in variables. Not together with the file.',
  },
  oauth_providers: {
    path: 'oauth.providers',
    variable: 'TOOLCRIB_OAUTH_PROVIDERS',
    schema: z.array(z.string().min(1)).default([]),
    text: 'list',
    description: 'YAML files or folders with definitions of OAuth providers, beside those that come with the server.',
  },
  oauth_clients: {
    path: 'oauth.clients',
    variable: 'TOOLCRIB_OAUTH_CLIENTS',
    schema: z.array(globalClient).default([]),
    text: 'list',
    description:
      'Our registrations at providers, for every tenant that has none of its own: `{provider, client_id, client_secret, options}`, in the variable `PROVIDER=CLIENT_ID:CLIENT_SECRET`.',
  },
  oauth_return_urls: {
    path: 'oauth.return_urls',
    variable: 'TOOLCRIB_OAUTH_RETURN_URLS',
    schema: z.array(z.url({ protocol: /^https?$/ })).default([]),
    text: 'list',
    description:
      'Addresses elsewhere to which a person may be sent back after connecting an account: exact, or everything below one that ends with `/`. Pages of this server are always allowed.',
  },
  approval_from: {
    path: 'approvals.from',
    variable: 'TOOLCRIB_APPROVALS_FROM',
    schema: z.enum(['low', 'medium', 'high', 'critical', 'never']).default('medium'),
    text: 'text',
    description:
      'The lowest danger level from which a tool runs only after a person has said yes, where no policy of the tenant says otherwise.',
  },
  handoff_tenant: {
    path: 'handoffs.tenant',
    variable: 'TOOLCRIB_HANDOFFS_TENANT',
    schema: z.string().min(1).optional(),
    text: 'text',
    description:
      'Slug of the tenant whose clients of hand-offs use the addresses without `/t/TENANT` in front, as clients do that know no tenants. Without it: the first tenant.',
  },
  audit_durability: {
    path: 'audit.durability',
    variable: 'TOOLCRIB_AUDIT_DURABILITY',
    schema: z.enum(['before_answer', 'soon']).default('before_answer'),
    text: 'text',
    description:
      '`before_answer`: a call is answered when its audit record is on disk. `soon`: the record follows within 50 ms; faster, and a crash of the machine in that time loses the record.',
  },
  log_level: {
    path: 'log.level',
    variable: 'TOOLCRIB_LOG_LEVEL',
    option: 'log-level',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    text: 'text',
    description: 'The least severe events that are logged to standard error.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** Every setting with its value. */
export type Config = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };
