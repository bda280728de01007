// Files of Google Drive: found, read as text, and uploaded as text.
import { randomUUID } from 'node:crypto';
import { ToolError, defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { api, callGoogle, next_cursor, pageInput } from './google.ts';

const fileAnswer = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.string(),
  modifiedTime: z.string().nullish(),
  /** Google says 64-bit integers as texts; its own documents have none. */
  size: z.string().nullish(),
  webViewLink: z.string().nullish(),
});
const fields = 'id,name,mimeType,modifiedTime,size,webViewLink';

const fileOutput = z.object({
  id: z.string(),
  name: z.string(),
  media_type: z.string(),
  modified: z.string().nullable(),
  size_bytes: z.number().nullable(),
  url: z.string().nullable(),
});

function toFile({ id, name, mimeType, modifiedTime, size, webViewLink }: z.output<typeof fileAnswer>) {
  const size_bytes = size === undefined || size === null ? null : Number(size);
  return { id, name, media_type: mimeType, modified: modifiedTime ?? null, size_bytes, url: webViewLink ?? null };
}

const read = { provider: 'google', scopes: ['https://www.googleapis.com/auth/drive.readonly'] } as const;
const id_pattern = /^[A-Za-z0-9_-]{1,128}$/;
const file_id = z.string().regex(id_pattern);

export const listFiles = defineTool({
  name: 'google_drive_list',
  title: 'Find files in Google Drive',
  description:
    'Lists files, the last changed first: all, those with some words in name or text, or those of one folder.',
  input: z.object({
    text: z.string().min(1).max(500).optional().describe('Words in the name or in the text'),
    folder_id: file_id.optional().describe('Only what lies in this folder; root is the topmost'),
    ...pageInput,
    limit: z.int().min(1).max(100).default(25).describe('Files per page'),
  }),
  output: z.object({ files: z.array(fileOutput), next_cursor }),
  auth: read,
  read_only: true,
  category: 'data',
  run: async ({ text, folder_id, cursor, limit }, ctx) => {
    const conditions = [
      'trashed = false',
      ...(text === undefined ? [] : [`fullText contains ${quoted(text)}`]),
      ...(folder_id === undefined ? [] : [`${quoted(folder_id)} in parents`]),
    ];
    const { files, nextPageToken } = await callGoogle(ctx, api(ctx, 'drive_url')`/drive/v3/files`, {
      query: {
        ...{
          q: conditions.join(' and '),
          fields: `nextPageToken,files(${fields})`,
          pageSize: limit,
          pageToken: cursor,
        },
        // Google refuses an order beside words in the text.
        orderBy: text === undefined ? 'modifiedTime desc' : undefined,
      },
      answer: z.object({ files: z.array(fileAnswer).default([]), nextPageToken: z.string().optional() }),
    });
    return { files: files.map(toFile), next_cursor: nextPageToken };
  },
});

/** A text within Google's language of queries: nothing in it ends the quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}

const text_characters = 50_000;
/** Google's own documents are read as these. */
const exports: Readonly<Record<string, string>> = {
  'application/vnd.google-apps.document': 'text/plain',
  'application/vnd.google-apps.presentation': 'text/plain',
  'application/vnd.google-apps.spreadsheet': 'text/csv',
};

export const getFile = defineTool({
  name: 'google_drive_get',
  title: 'Read a file of Google Drive',
  description:
    "Shows a file and reads its text: of Google's documents and presentations as plain text, of spreadsheets the first sheet as CSV, of other files if they are texts.",
  input: z.object({ id: file_id }),
  output: z.object({
    file: fileOutput,
    text: z.string().nullable().describe('null: it is no text'),
    truncated: z.boolean(),
  }),
  auth: read,
  read_only: true,
  category: 'content',
  run: async ({ id }, ctx) => {
    const at = api(ctx, 'drive_url');
    const file = await callGoogle(ctx, at`/drive/v3/files/${id}`, { query: { fields }, answer: fileAnswer });
    const as = Object.hasOwn(exports, file.mimeType) ? exports[file.mimeType] : undefined;
    if (as === undefined && !/^text\/|^application\/(json|xml|[\w.+-]+\+(json|xml))$/.test(file.mimeType)) {
      return { file: toFile(file), text: null, truncated: false };
    }
    if (Number(file.size ?? 0) > 1_000_000) throw new ToolError('file_too_large', 'The file is larger than 1 MB.');
    const url = as === undefined ? at`/drive/v3/files/${id}` : at`/drive/v3/files/${id}/export`;
    const text = await callGoogle(ctx, url, {
      query: as === undefined ? { alt: 'media' } : { mimeType: as },
      headers: { accept: '*/*' },
      as_text: true,
      answer: z.string(),
    });
    return { file: toFile(file), text: text.slice(0, text_characters), truncated: text.length > text_characters };
  },
});

export const uploadText = defineTool({
  name: 'google_drive_upload_text',
  title: 'Save a text in Google Drive',
  description:
    'Makes a new file with a text, in a folder if one is named that was made or opened with this application.',
  input: z.object({
    name: z.string().min(1).max(255),
    text: z.string().max(500_000),
    media_type: z.enum(['text/plain', 'text/csv', 'text/markdown', 'application/json']).default('text/plain'),
    folder_id: file_id.optional(),
  }),
  output: fileOutput,
  auth: { provider: 'google', scopes: ['https://www.googleapis.com/auth/drive.file'] },
  danger: 'medium',
  category: 'content',
  run: async ({ name, text, media_type, folder_id }, ctx) => {
    const boundary = `toolcrib-${randomUUID()}`;
    const metadata = JSON.stringify({
      name,
      mimeType: media_type,
      ...(folder_id === undefined ? {} : { parents: [folder_id] }),
    });
    const body = [
      `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${metadata}\r\n`,
      `--${boundary}\r\nContent-Type: ${media_type}; charset=UTF-8\r\n\r\n${text}\r\n--${boundary}--\r\n`,
    ].join('');
    const file = await callGoogle(ctx, api(ctx, 'drive_url')`/upload/drive/v3/files`, {
      method: 'POST',
      query: { uploadType: 'multipart', fields },
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
      body,
      answer: fileAnswer,
    });
    return toFile(file);
  },
});
