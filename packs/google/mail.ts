// Mail of the person's own mailbox: found, read and sent. What is sent has every value in one header and no more: whoever gives
// a subject gives no further header.
import { defineTool } from '@toolcrib/client';
import type { ToolContext } from '@toolcrib/client';
import { z } from 'zod';
import { api, callGoogle, next_cursor, pageInput } from './google.ts';

const read = { provider: 'google', scopes: ['https://www.googleapis.com/auth/gmail.readonly'] } as const;
const mail_id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
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
  auth: read,
  read_only: true,
  category: 'communication',
  run: async ({ query, cursor, limit }, ctx) => {
    const { messages, nextPageToken } = await callGoogle(ctx, api(ctx, 'mail_url')`/gmail/v1/users/me/messages`, {
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
  const url = api(ctx, 'mail_url')`/gmail/v1/users/me/messages/${id}`;
  for (const name of shown_headers) url.searchParams.append('metadataHeaders', name);
  return callGoogle(ctx, url, { query: { format: 'metadata' }, answer: messageAnswer });
}

export const getMail = defineTool({
  name: 'google_mail_get',
  title: 'Read a message',
  description:
    'Reads one message: its text, or the text of its HTML where it has no other, and the names of what is attached.',
  input: z.object({
    id: mail_id.describe('From google_mail_search'),
  }),
  output: z.object({
    message: messageOutput,
    text: z.string(),
    attachments: z.array(z.object({ name: z.string(), media_type: z.string(), size_bytes: z.int() })),
  }),
  auth: read,
  read_only: true,
  category: 'communication',
  run: async ({ id }, ctx) => {
    const message = await callGoogle(ctx, api(ctx, 'mail_url')`/gmail/v1/users/me/messages/${id}`, {
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

const address = z
  .email()
  .max(254)
  .regex(/^[!-~]+$/, 'only ASCII');

export const sendMail = defineTool({
  name: 'google_mail_send',
  title: 'Send mail',
  description: 'Sends a message as plain text from the mailbox of the person.',
  input: z.object({
    to: z.array(address).min(1).max(50),
    cc: z.array(address).max(50).default([]),
    bcc: z.array(address).max(50).default([]),
    subject: z
      .string()
      .min(1)
      .max(500)
      .regex(/^[^\r\n]*$/, 'one line'),
    text: z.string().min(1).max(200_000),
    thread_id: mail_id.optional().describe('Of the message that is answered; the subject must be the same'),
  }),
  output: z.object({ id: z.string(), thread_id: z.string() }),
  auth: { provider: 'google', scopes: ['https://www.googleapis.com/auth/gmail.send'] },
  danger: 'medium',
  category: 'communication',
  run: async ({ thread_id, ...mail }, ctx) => {
    const raw = Buffer.from(writeMail(mail)).toString('base64url');
    const { id, threadId } = await callGoogle(ctx, api(ctx, 'mail_url')`/gmail/v1/users/me/messages/send`, {
      method: 'POST',
      json: { raw, ...(thread_id === undefined ? {} : { threadId: thread_id }) },
      answer: z.object({ id: z.string(), threadId: z.string() }),
    });
    return { id, thread_id: threadId };
  },
});

interface Mail {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** RFC 5322; the sender is filled in by Gmail. Texts are base64, in lines that mail servers take. */
function writeMail({ to, cc, bcc, subject, text }: Mail): string {
  const lists = Object.entries({ To: to, Cc: cc, Bcc: bcc }).filter(([, list]) => list.length > 0);
  const content = Buffer.from(text.replaceAll(/\r?\n/g, '\r\n')).toString('base64');
  return [
    ...lists.map(([name, list]) => `${name}: ${list.join(',\r\n ')}`),
    `Subject: ${encodeWords(subject)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(content.match(/.{1,76}/g) ?? []),
  ].join('\r\n');
}

/** RFC 2047: words of at most 75 characters. */
function encodeWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}
