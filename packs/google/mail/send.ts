// Sends mail. Every value becomes part of one header and no more: whoever gives a subject gives no further header.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { api, callGoogle } from './google.ts';

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
    thread_id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .optional()
      .describe('Of the message that is answered; the subject must be the same'),
  }),
  output: z.object({ id: z.string(), thread_id: z.string() }),
  auth: { provider: 'google', scopes: ['https://www.googleapis.com/auth/gmail.send'] },
  danger: 'medium',
  category: 'communication',
  run: async ({ thread_id, ...mail }, ctx) => {
    const raw = Buffer.from(toMessage(mail)).toString('base64url');
    const { id, threadId } = await callGoogle(ctx, api(ctx)`/gmail/v1/users/me/messages/send`, {
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
function toMessage({ to, cc, bcc, subject, text }: Mail): string {
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
