// The resource kind `file`: one file, or as a template the files of some folders. Nothing outside the configuration's
// folder is ever read, whatever a path, a link or an encoding says (attack A15).
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { extname, join, relative, isAbsolute, resolve, sep } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ResourceContent, ResourceKind } from '../../catalog/resource.ts';

interface FileConfig {
  readonly path?: string | undefined;
  readonly allowedPaths?: readonly string[] | undefined;
  readonly maxSize: number;
}

const inFolder = z
  .string()
  .min(1)
  .refine(isInside, 'must lie in the folder of the configuration: a relative path without ".."');

const fields: z.ZodType<FileConfig> = z
  .strictObject({
    path: inFolder.optional().describe('The file, relative to the folder of the configuration'),
    allowedPaths: z.array(inFolder).min(1).optional().describe('Of a template: the folders whose files it reads'),
    maxSize: z
      .int()
      .min(1)
      .max(limits.resource_bytes_max)
      .default(limits.resource_bytes)
      .describe('Bytes of the largest file that is read'),
  })
  .refine(
    ({ path, allowedPaths }) => (path === undefined) !== (allowedPaths === undefined),
    'needs "path" (a resource) or "allowedPaths" (a template)',
  );

const types: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.xml': 'application/xml',
  '.html': 'text/html',
  '.sql': 'application/sql',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.pdf': 'application/pdf',
};

export const fileResource: ResourceKind<FileConfig> = {
  type: 'file',
  aliases: [],
  fields,
  open: ({ path, allowedPaths = [], maxSize }, { base_folder, is_template }) => {
    if (is_template !== (path === undefined)) throw wrongField(is_template);
    return {
      mime_type: types[extname(path ?? '').toLowerCase()] ?? 'text/plain',
      read: async (asked) => {
        if (path !== undefined) return readInside(base_folder, path, maxSize);
        if (asked === undefined || !isInside(asked)) throw new ToolcribError('resource_not_found');
        for (const folder of allowedPaths) {
          const content = await readInside(join(base_folder, folder), asked, maxSize).catch((thrown: unknown) => {
            if (thrown instanceof ToolcribError && thrown.code === 'resource_not_found') return undefined;
            throw thrown;
          });
          if (content !== undefined) return content;
        }
        throw new ToolcribError('resource_not_found');
      },
    };
  },
};

function wrongField(is_template: boolean): ToolcribError {
  const [path, message] = is_template
    ? ['path', 'a template names the folders whose files it reads in "allowedPaths"']
    : ['allowedPaths', 'a resource names its one file in "path"'];
  return new ToolcribError('config_invalid', { params: { count: 1 }, faults: [{ path, message }] });
}

/** Whether a path stays where it starts, on any platform. */
function isInside(path: string): boolean {
  return !isAbsolute(path) && !/^[A-Za-z]:|\0/.test(path) && !path.split(/[\\/]/).includes('..');
}

async function readInside(folder: string, path: string, limit_bytes: number): Promise<ResourceContent> {
  const [real_folder, real_path] = await Promise.all([realpath(folder), realpath(resolve(folder, path))]).catch(
    (cause: unknown) => {
      throw new ToolcribError('resource_not_found', { cause });
    },
  );
  // A link may lead out of the folder; what it leads to is then not there.
  const inside = relative(real_folder, real_path);
  const is_outside = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  if (is_outside) throw new ToolcribError('resource_not_found');
  return readRegular(real_path, limit_bytes);
}

/** Without following a link that took the file's place meanwhile, and without waiting on what is no file. */
async function readRegular(path: string, limit_bytes: number): Promise<ResourceContent> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw new ToolcribError('resource_not_found', { cause });
    },
  );
  try {
    const { size } = await file.stat().then((stat) => {
      if (!stat.isFile()) throw new ToolcribError('resource_not_found');
      return stat;
    });
    if (size > limit_bytes) throw new ToolcribError('result_too_large', { params: { limit_bytes } });
    const bytes = await file.readFile();
    if (bytes.length > limit_bytes) throw new ToolcribError('result_too_large', { params: { limit_bytes } });
    return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { blob: bytes.toString('base64') };
  } finally {
    await file.close();
  }
}
