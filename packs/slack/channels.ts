// Channels and people of a workspace.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { callSlack, metadata, next_cursor, nextOf, pageInput } from './slack.ts';

export const listChannels = defineTool({
  name: 'slack_list_channels',
  title: 'List channels of Slack',
  description: 'Lists the public channels of the workspace with their ids, which other tools need.',
  input: z.object({ include_archived: z.boolean().default(false), ...pageInput }),
  output: z.object({
    channels: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        topic: z.string(),
        purpose: z.string(),
        members: z.int().nullable(),
        is_member: z.boolean(),
        is_archived: z.boolean(),
      }),
    ),
    next_cursor,
  }),
  auth: { provider: 'slack', scopes: ['channels:read'] },
  read_only: true,
  category: 'communication',
  run: async ({ include_archived, cursor, limit }, ctx) => {
    const { channels, response_metadata } = await callSlack(ctx, 'conversations.list', {
      query: { types: 'public_channel', exclude_archived: !include_archived, cursor, limit },
      answer: z.object({ channels: z.array(channelAnswer), response_metadata: metadata }),
    });
    return {
      channels: channels.map((one) => ({
        id: one.id,
        name: one.name,
        topic: one.topic?.value ?? '',
        purpose: one.purpose?.value ?? '',
        members: one.num_members ?? null,
        is_member: one.is_member ?? false,
        is_archived: one.is_archived ?? false,
      })),
      next_cursor: nextOf(response_metadata),
    };
  },
});

const channelAnswer = z.object({
  id: z.string(),
  name: z.string(),
  topic: z.object({ value: z.string() }).optional(),
  purpose: z.object({ value: z.string() }).optional(),
  num_members: z.int().optional(),
  is_member: z.boolean().optional(),
  is_archived: z.boolean().optional(),
});

export const listUsers = defineTool({
  name: 'slack_list_users',
  title: 'List people of Slack',
  description: 'Lists the people of the workspace with their ids. Bots and people who have left are marked.',
  input: z.object(pageInput),
  output: z.object({
    users: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        real_name: z.string().nullable(),
        is_bot: z.boolean(),
        is_deleted: z.boolean(),
      }),
    ),
    next_cursor,
  }),
  auth: { provider: 'slack', scopes: ['users:read'] },
  read_only: true,
  category: 'communication',
  run: async (page, ctx) => {
    const { members, response_metadata } = await callSlack(ctx, 'users.list', {
      query: page,
      answer: z.object({
        members: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            real_name: z.string().nullish(),
            is_bot: z.boolean().optional(),
            deleted: z.boolean().optional(),
          }),
        ),
        response_metadata: metadata,
      }),
    });
    return {
      users: members.map(({ id, name, real_name = null, is_bot = false, deleted = false }) => ({
        ...{ id, name, real_name, is_bot, is_deleted: deleted },
      })),
      next_cursor: nextOf(response_metadata),
    };
  },
});
