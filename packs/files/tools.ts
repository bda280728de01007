// The caller's own stored files, for agents: texts are saved and read, everything is listed and linked.
import { ToolError, defineTool } from '@toolcrib/client';
import { z } from 'zod';

const fileOutput = z.object({
  id: z.string(),
  name: z.string(),
  size_bytes: z.int(),
  media_type: z.string(),
  created_at: z.string(),
});

const which = z.string().min(1).max(255).describe('Id of a file, or its name: then the newest of that name');

export const saveFile = defineTool({
  name: 'files_save',
  title: 'Save a text as a file',
  description:
    'Saves a text as a new file of the person, with a link to it that can be used for a day. It is deleted by itself after thirty days.',
  input: z.object({
    name: z.string().min(1).max(255).describe('What it is called, e.g. report.md; never a path'),
    text: z.string().max(500_000),
  }),
  output: fileOutput.extend({ url: z.string() }),
  danger: 'low',
  category: 'content',
  run: async ({ name, text }, { files }) => {
    const { id, name: kept, size, content_type, created_at, url } = await files.save(name, text);
    return { id, name: kept, size_bytes: size, media_type: content_type, created_at, url };
  },
});

export const readFile = defineTool({
  name: 'files_read',
  title: 'Read a file',
  description: 'Reads a text file of the person, by pieces if it is long.',
  input: z.object({
    file: which,
    offset: z.int().min(0).default(0).describe('Characters that are passed over'),
    limit: z.int().min(1).max(100_000).default(20_000).describe('Characters that are read'),
  }),
  output: z.object({
    text: z.string(),
    characters: z.int().describe('Of the whole file'),
    next_offset: z.int().optional(),
  }),
  read_only: true,
  category: 'content',
  run: async ({ file, offset, limit }, { files }) => {
    let text: string;
    const bytes = await files.read(file);
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ToolError('not_text', 'The file is no text in UTF-8; a link to it can be had with files_link.');
    }
    const end = offset + limit;
    return {
      text: text.slice(offset, end),
      characters: text.length,
      ...(end < text.length ? { next_offset: end } : {}),
    };
  },
});

export const listFiles = defineTool({
  name: 'files_list',
  title: 'List files',
  description: 'Lists the files of the person, newest first: what tools have saved and what was uploaded.',
  input: z.object({
    cursor: z.uuid().optional().describe('next_cursor of the page before'),
    limit: z.int().min(1).max(100).default(50),
  }),
  output: z.object({ files: z.array(fileOutput), next_cursor: z.string().optional() }),
  read_only: true,
  category: 'content',
  run: async ({ cursor, limit }, { files }) => {
    const found = await files.list({ limit, ...(cursor === undefined ? {} : { before: cursor }) });
    const last = found.length < limit ? undefined : found.at(-1)?.id;
    return {
      files: found.map(({ id, name, size, content_type, created_at }) => ({
        ...{ id, name, size_bytes: size, media_type: content_type, created_at },
      })),
      ...(last === undefined ? {} : { next_cursor: last }),
    };
  },
});

export const linkFile = defineTool({
  name: 'files_link',
  title: 'Make a link to a file',
  description:
    'Makes a link with which anybody can fetch a file of the person until it ends, after a day at the latest.',
  input: z.object({ file: which, expires_in_s: z.int().min(60).max(86_400).default(86_400) }),
  output: z.object({ url: z.string() }),
  danger: 'medium',
  category: 'content',
  run: async ({ file, expires_in_s }, { files }) => ({ url: await files.url(file, { expires_in_s }) }),
});
