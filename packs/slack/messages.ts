// Messages of channels.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { callSlack, channel, metadata, next_cursor, nextOf, pageInput, timestamp } from './slack.ts';

export const postMessage = defineTool({
  name: 'slack_post_message',
  title: 'Write a message in Slack',
  description: 'Writes a message into a channel or a thread of it, in the name of the account.',
  input: z.object({
    channel,
    text: z
      .string()
      .min(1)
      .max(12_000)
      .describe("In Slack's own markup: *bold*, _italic_, <https://example.com|a link>"),
    thread_ts: timestamp.optional().describe('ts of the message that is answered'),
  }),
  output: z.object({ channel: z.string(), ts: z.string().describe('Names the message in its channel') }),
  auth: { provider: 'slack', scopes: ['chat:write'] },
  danger: 'medium',
  category: 'communication',
  run: ({ channel: where, text, thread_ts }, ctx) =>
    callSlack(ctx, 'chat.postMessage', {
      form: { channel: where, text, ...(thread_ts === undefined ? {} : { thread_ts }) },
      answer: z.object({ channel: z.string(), ts: z.string() }),
    }),
});

const messageAnswer = z.object({
  ts: z.string(),
  text: z.string().default(''),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  thread_ts: z.string().optional(),
  reply_count: z.int().optional(),
});

export const getHistory = defineTool({
  name: 'slack_get_history',
  title: 'Read messages of a channel in Slack',
  description:
    'Reads the messages of a public channel, newest first. Slack gives 15 at a time to many apps, whatever is asked for.',
  input: z.object({
    channel,
    oldest: timestamp.optional().describe('Only messages after this time, seconds since 1970'),
    latest: timestamp.optional().describe('Only messages before this time, seconds since 1970'),
    ...pageInput,
  }),
  output: z.object({
    messages: z.array(
      z.object({
        ts: z.string(),
        text: z.string(),
        user: z.string().nullable(),
        is_bot: z.boolean(),
        thread_ts: z.string().nullable(),
        replies: z.int(),
      }),
    ),
    next_cursor,
  }),
  auth: { provider: 'slack', scopes: ['channels:history'] },
  read_only: true,
  category: 'communication',
  run: async ({ channel: where, ...query }, ctx) => {
    const { messages, response_metadata } = await callSlack(ctx, 'conversations.history', {
      query: { channel: where, ...query },
      answer: z.object({ messages: z.array(messageAnswer), response_metadata: metadata.nullable() }),
    });
    return {
      messages: messages.map(({ ts, text, user, bot_id, thread_ts, reply_count }) => ({
        ...{ ts, text, user: user ?? null, is_bot: bot_id !== undefined },
        ...{ thread_ts: thread_ts ?? null, replies: reply_count ?? 0 },
      })),
      next_cursor: nextOf(response_metadata ?? undefined),
    };
  },
});

export const searchMessages = defineTool({
  name: 'slack_search_messages',
  title: 'Search messages in Slack',
  description:
    'Finds messages that the person can see, by words and modifiers of Slack, e.g. "invoice in:#sales from:@ada". Needs the account of a person, not of a bot.',
  input: z.object({
    query: z.string().min(1).max(500),
    sort: z.enum(['score', 'timestamp']).default('score'),
    page: z.int().min(1).max(100).default(1),
    limit: z.int().min(1).max(100).default(20).describe('Entries per page'),
  }),
  output: z.object({
    total: z.int(),
    messages: z.array(
      z.object({
        ts: z.string(),
        text: z.string(),
        user: z.string().nullable(),
        channel: z.string(),
        channel_name: z.string().nullable(),
        url: z.string().nullable(),
      }),
    ),
    next_page: z.int().optional().describe('Absent on the last'),
  }),
  auth: { provider: 'slack', scopes: ['search:read'] },
  read_only: true,
  category: 'communication',
  run: async ({ query, sort, page, limit }, ctx) => {
    const { messages } = await callSlack(ctx, 'search.messages', {
      query: { query, sort, page, count: limit },
      answer: z.object({
        messages: z.object({
          total: z.int(),
          paging: z.object({ pages: z.int() }).optional(),
          matches: z.array(
            z.object({
              ts: z.string(),
              text: z.string().default(''),
              username: z.string().nullish(),
              permalink: z.string().nullish(),
              channel: z.object({ id: z.string(), name: z.string().nullish() }),
            }),
          ),
        }),
      }),
    });
    const pages = messages.paging?.pages ?? 1;
    return {
      total: messages.total,
      messages: messages.matches.map(({ ts, text, username, permalink, channel: at }) => ({
        ...{ ts, text, user: username ?? null, channel: at.id, channel_name: at.name ?? null, url: permalink ?? null },
      })),
      ...(page < pages ? { next_page: page + 1 } : {}),
    };
  },
});
