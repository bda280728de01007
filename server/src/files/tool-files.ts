// The files that a tool saves and reads for whoever calls it: those of the person, by id or by name. Must not give a tool more
// than the person has.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { linkTo } from './file-links.ts';
import type { LinkDeps } from './file-links.ts';
import { fileChunks, getFile, listFiles, saveFile } from './stored-files.ts';
import type { StoredFile } from './stored-files.ts';

/** `file` is an id, or a name: then the newest of that name is meant. All throw `file_refused` and `not_found`. */
export interface ToolFiles {
  /** Deleted by itself after thirty days, unless said otherwise. */
  save(name: string, data: string | Uint8Array, options?: SaveOptions): Promise<StoredFile & LinkedFile>;
  read(file: string): Promise<{ readonly file: StoredFile; readonly bytes: Buffer }>;
  /** A link that ends, 24 hours after now at the latest. */
  url(file: string, options?: { readonly expires_in_ms?: number | undefined }): Promise<LinkedFile>;
  /** Newest first. */
  list(options?: {
    readonly limit?: number | undefined;
    readonly before?: string | undefined;
  }): Promise<readonly StoredFile[]>;
}

interface SaveOptions {
  readonly media_type?: string | undefined;
  readonly expires_in_ms?: number | undefined;
}

export interface LinkedFile {
  readonly url: string;
  readonly url_expires_at: number;
}

export interface ToolFilesAt {
  readonly principal: Principal;
  readonly tool: string;
  readonly call_id: string;
  /** The Host header of the call: links lead where its caller reaches us. */
  readonly host: string | undefined;
}

export type ToolFilesFor = (at: ToolFilesAt) => ToolFiles;

export interface ToolFilesDeps extends IdentityDeps, LinkDeps {
  readonly urlFor: (host: string | undefined, path: string) => string;
}

export function createToolFiles(deps: ToolFilesDeps): ToolFilesFor {
  return (at) => {
    const { principal, tool, call_id, host } = at;
    const owner = { tenant_id: principal.tenant_id, user_id: principal.user_id };
    const linkOf = async (file: StoredFile, expires_in_ms?: number): Promise<LinkedFile> => {
      const { path, expires_at } = await linkTo(deps, owner.tenant_id, { file, expires_in_ms });
      return { url: deps.urlFor(host, path), url_expires_at: expires_at };
    };
    return {
      save: async (name, data, { media_type, expires_in_ms = limits.file_of_tool_ms } = {}) => {
        const content = typeof data === 'string' ? Buffer.from(data) : data;
        const text_type = typeof data === 'string' ? 'text/plain' : undefined;
        const file = await saveFile(deps, {
          owner,
          actor: actorOf(principal),
          file: {
            ...{ name, content, media_type: media_type ?? text_type, saved_by: { tool, call_id } },
            expires_in_ms: Math.min(expires_in_ms, limits.file_of_tool_max_ms),
          },
        });
        return { ...file, ...(await linkOf(file)) };
      },
      read: async (which) => {
        const file = await getFile(deps, owner, idOrName(which));
        const chunks: Buffer[] = [];
        for await (const chunk of fileChunks(deps, { ...file, tenant_id: owner.tenant_id })) chunks.push(chunk);
        return { file, bytes: Buffer.concat(chunks) };
      },
      url: async (which, { expires_in_ms } = {}) => linkOf(await getFile(deps, owner, idOrName(which)), expires_in_ms),
      list: ({ limit = limits.files_listed, before } = {}) =>
        listFiles(deps, { owner, limit: Math.min(limit, limits.files_listed), before }),
    };
  };
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idOrName(which: string): { readonly id: string } | { readonly name: string } {
  if (uuid.test(which)) return { id: which };
  // What no file can be called is not asked for: the database keeps neither NUL nor half of a pair.
  if (which.includes('\0') || !which.isWellFormed()) throw new ToolcribError('not_found');
  return { name: which.normalize('NFC') };
}
