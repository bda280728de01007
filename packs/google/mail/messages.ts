// Mail of the person's own mailbox: found and read.
import { defineTool } from '@toolcrib/client';
import type { ToolContext } from '@toolcrib/client';
import { z } from 'zod';
import { api, callGoogle, next_cursor, pageInput } from './google.ts';

const auth = { provider: 'google', scopes: ['https://www.googleapis.com/auth/gmail.readonly'] } as const;
const shown_headers = ['From', 'To', 'Cc', 'Subject', 'Date'];

const header = z.object({ name: z.string(), value: z.string() });

interface Part {
  readonly mimeType?: string | undefined;
  readonly filename?: string | undefined;
  readonly headers?: readonly z.output<typeof header>[] | undefined;
  readonly body?: { readonly data?: string | undefined; readonly size?: number | undefined } | undefined;
  readonly parts?: readonly Part[] | undefined;
}

const part: z.ZodType<Part> = z.lazy(() =>
  z.object({
    mimeType: z.string().optional(),
    filename: z.string().optional(),
    headers: z.array(header).optional(),
    body: z.object({ data: z.string().optional(), size: z.int().optional() }).optional(),
    parts: z.array(part).optional(),
  }),
);

const messageAnswer = z.object({
  id: z.string(),
  threadId: z.string(),
  labelIds: z.array(z.string()).default([]),
  snippet: z.string().default(''),
  payload: part.optional(),
});

const messageOutput = z.object({
  id: z.string(),
  thread_id: z.string(),
  from: z.string(),
  to: z.string(),
  cc: z.string(),
  subject: z.string(),
  date: z.string(),
  snippet: z.string(),
  labels: z.array(z.string()),
});

function toMessage({ id, threadId, labelIds, snippet, payload }: z.output<typeof messageAnswer>) {
  const valueOf = (name: string): string =>
    payload?.headers?.find((one) => one.name.toLowerCase() === name.toLowerCase())?.value ?? '';
  return {
    ...{ id, thread_id: threadId, from: valueOf('From'), to: valueOf('To'), cc: valueOf('Cc') },
    ...{ subject: valueOf('Subject'), date: valueOf('Date'), snippet, labels: labelIds },
  };
}

export const searchMail = defineTool({
  name: 'google_mail_search',
  title: 'Search mail',
  description:
    'Finds messages in the mailbox of the person, newest first, by words and operators of Gmail: from:ada@example.com is:unread newer_than:7d.',
  input: z.object({
    query: z.string().max(1_000).default('').describe('Words and operators; empty finds everything'),
    ...pageInput,
    limit: z.int().min(1).max(20).default(10).describe('Messages per page'),
  }),
  output: z.object({ messages: z.array(messageOutput), next_cursor }),
  auth,
  read_only: true,
  category: 'communication',
  run: async ({ query, cursor, limit }, ctx) => {
    const { messages, nextPageToken } = await callGoogle(ctx, api(ctx)`/gmail/v1/users/me/messages`, {
      query: { q: query === '' ? undefined : query, maxResults: limit, pageToken: cursor },
      answer: z.object({
        messages: z.array(z.object({ id: z.string() })).default([]),
        nextPageToken: z.string().optional(),
      }),
    });
    // Gmail lists ids alone.
    const found = await Promise.all(messages.map(({ id }) => getHead(ctx, id)));
    return { messages: found.map((one) => toMessage(one)), next_cursor: nextPageToken };
  },
});

function getHead(ctx: ToolContext, id: string) {
  const url = api(ctx)`/gmail/v1/users/me/messages/${id}`;
  for (const name of shown_headers) url.searchParams.append('metadataHeaders', name);
  return callGoogle(ctx, url, { query: { format: 'metadata' }, answer: messageAnswer });
}

export const getMail = defineTool({
  name: 'google_mail_get',
  title: 'Read a message',
  description:
    'Reads one message: its text, or the text of its HTML where it has no other, and the names of what is attached.',
  input: z.object({
    id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .describe('From google_mail_search'),
  }),
  output: z.object({
    message: messageOutput,
    text: z.string(),
    attachments: z.array(z.object({ name: z.string(), media_type: z.string(), size_bytes: z.int() })),
  }),
  auth,
  read_only: true,
  category: 'communication',
  run: async ({ id }, ctx) => {
    const message = await callGoogle(ctx, api(ctx)`/gmail/v1/users/me/messages/${id}`, {
      query: { format: 'full' },
      answer: messageAnswer,
    });
    const parts = allParts(message.payload);
    const attachments = parts
      .filter(({ filename = '' }) => filename !== '')
      .map(({ filename = '', mimeType = '', body }) => ({
        ...{ name: filename, media_type: mimeType, size_bytes: body?.size ?? 0 },
      }));
    return { message: toMessage(message), text: textOf(parts), attachments };
  },
});

function allParts(payload: Part | undefined): readonly Part[] {
  return payload === undefined ? [] : [payload, ...(payload.parts ?? []).flatMap((one) => allParts(one))];
}

const text_characters = 30_000;

function textOf(parts: readonly Part[]): string {
  const ofType = (type: string): string =>
    parts
      .filter(({ mimeType, filename = '' }) => mimeType === type && filename === '')
      .map(({ body }) => Buffer.from(body?.data ?? '', 'base64url').toString('utf8'))
      .join('\n');
  const text = ofType('text/plain') || withoutTags(ofType('text/html'));
  return text.length <= text_characters ? text : `${text.slice(0, text_characters)}\n[cut: ${text.length} characters]`;
}

/** Good enough to read; nothing of it is ever shown as HTML. */
function withoutTags(html: string): string {
  return html
    .replaceAll(/<(script|style)\b[^>]*>[^]*?<\/\1\s*>/gi, '')
    .replaceAll(/<br\s*\/?>|<\/(p|div|tr|li|h[1-6])>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\n\s*\n+/g, '\n\n')
    .trim();
}
