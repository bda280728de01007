// The fields of the sources `mcp` and `mcp-stdio`: which server, which of its tools, by which names.
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { DangerLevel } from '../../catalog/tool.ts';
import { headerFields } from '../http/fields.ts';

/** What both have. */
export interface MirrorConfig {
  /** Before the names of its tools; absent: the source's name and "_". */
  readonly prefix?: string | undefined;
  /** Only these, by the server's own names; absent: all. */
  readonly tools?: readonly string[] | undefined;
  readonly danger: DangerLevel;
  readonly read_only: readonly string[];
  readonly timeout_ms: number;
}

export interface McpConfig extends MirrorConfig {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface McpStdioConfig extends MirrorConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

const names = z.array(z.string().min(1).max(limits.mcp_name_characters)).max(limits.mcp_tools);

const common = {
  prefix: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_.-]*$/, 'Letters, digits, "_", "." and "-" only')
    .optional()
    .describe('Before the names of its tools; "" for none. Without it, the name of the source and "_"'),
  tools: names.optional().describe('Only these of its tools, by its own names; without it, all'),
  danger: z
    .enum(['low', 'medium', 'high', 'critical'])
    .default('medium')
    .describe('How much harm a wrong call can do; what the server itself says of that is not believed'),
  read_only: names.default([]).describe('Which of its tools only read, by its own names'),
  timeout_ms: z
    .int()
    .min(100)
    .max(limits.call_timeout_max_ms)
    .default(limits.call_timeout_ms)
    .describe('The longest time of one call'),
};

export const mcpFields: z.ZodType<McpConfig> = z.strictObject({
  url: z
    .string()
    .max(2_000)
    .refine((url) => isServerUrl(url), 'Write a URL with http or https, without user and fragment')
    .describe('Where the server answers (streamable HTTP)'),
  headers: headerFields
    .default({})
    .describe('Headers of every request, such as an API key: in files only, or with secret variables'),
  ...common,
});

export const mcpStdioFields: z.ZodType<McpStdioConfig> = z.strictObject({
  command: z.string().min(1).max(1_000).describe('The program: a path, or a name that is looked for in PATH'),
  args: z.array(z.string().max(10_000)).max(100).default([]).describe('Its arguments; no shell reads them'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,199}$/), z.string().max(32_000))
    .default({})
    .describe('Its environment: it gets this, PATH and nothing else of the server'),
  cwd: z.string().min(1).max(1_000).optional().describe('Its folder; without it, the folder of the file'),
  ...common,
});

function isServerUrl(written: string): boolean {
  const url = URL.parse(written);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !/[#\\\s]/.test(written);
}
