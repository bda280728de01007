// Pages of a workspace: found, read, made and continued.
import { ToolError, defineTool } from '@toolcrib/client';
import { z } from 'zod';
import {
  api,
  auth,
  blockAnswer,
  blockText,
  callNotion,
  next_cursor,
  notionId,
  pageAnswer,
  pageInput,
  pageOutput,
  plain,
  toBlocks,
  toPage,
  toRichText,
} from './notion.ts';

const dataSourceAnswer = z.object({
  object: z.enum(['data_source', 'database']),
  id: z.string(),
  url: z.string().nullish(),
  last_edited_time: z.string().optional(),
  title: z.array(z.object({ plain_text: z.string() })).default([]),
});

export const search = defineTool({
  name: 'notion_search',
  title: 'Search Notion',
  description:
    'Finds pages and databases by words of their titles, newest change first. Finds only what is shared with the integration.',
  input: z.object({
    query: z.string().max(500).default('').describe('Words of the title; empty finds everything'),
    kind: z.enum(['page', 'data_source']).optional().describe('Only pages, or only the data sources of databases'),
    ...pageInput,
  }),
  output: z.object({
    results: z.array(
      z.object({
        kind: z.enum(['page', 'data_source']),
        id: z.string(),
        title: z.string(),
        url: z.string().nullable(),
        last_edited: z.string().nullable(),
      }),
    ),
    next_cursor,
  }),
  auth,
  read_only: true,
  category: 'content',
  run: async ({ query, kind, cursor, limit }, ctx) => {
    const { results, next_cursor: next } = await callNotion(ctx, api(ctx)`/v1/search`, {
      method: 'POST',
      json: {
        query,
        ...(kind === undefined ? {} : { filter: { property: 'object', value: kind } }),
        sort: { timestamp: 'last_edited_time', direction: 'descending' },
        page_size: limit,
        ...(cursor === undefined ? {} : { start_cursor: cursor }),
      },
      answer: z.object({
        results: z.array(z.union([pageAnswer, dataSourceAnswer])),
        next_cursor: z.string().nullish(),
      }),
    });
    return { results: results.map(toResult), next_cursor: next ?? undefined };
  },
});

function toResult(found: z.output<typeof pageAnswer> | z.output<typeof dataSourceAnswer>) {
  if (found.object === 'page') {
    const { id, title, url, last_edited } = toPage(found);
    return { kind: 'page' as const, id, title, url, last_edited };
  }
  const { id, title, url, last_edited_time } = found;
  return {
    kind: 'data_source' as const,
    id,
    title: plain(title),
    url: url ?? null,
    last_edited: last_edited_time ?? null,
  };
}

export const getPage = defineTool({
  name: 'notion_get_page',
  title: 'Read a page of Notion',
  description: 'Reads a page: its properties and its text, one line for each block. Blocks within blocks are not read.',
  input: z.object({ page_id: notionId, cursor: pageInput.cursor }),
  output: z.object({ page: pageOutput, text: z.string(), next_cursor }),
  auth,
  read_only: true,
  category: 'content',
  run: async ({ page_id, cursor }, ctx) => {
    const at = api(ctx);
    const page = await callNotion(ctx, at`/v1/pages/${page_id}`, { answer: pageAnswer });
    const { results, next_cursor: next } = await callNotion(ctx, at`/v1/blocks/${page_id}/children`, {
      query: { page_size: 100, start_cursor: cursor },
      answer: z.object({ results: z.array(blockAnswer), next_cursor: z.string().nullish() }),
    });
    return { page: toPage(page), text: results.map(blockText).join('\n'), next_cursor: next ?? undefined };
  },
});

const content = z
  .string()
  .max(50_000)
  .describe('Plain text: one block for each line; lines may begin with #, ##, ###, -, 1. or >');

export const createPage = defineTool({
  name: 'notion_create_page',
  title: 'Create a page in Notion',
  description: 'Makes a page below another page.',
  input: z.object({ parent_page_id: notionId, title: z.string().min(1).max(500), text: content.default('') }),
  output: z.object({ id: z.string(), url: z.string().nullable() }),
  auth,
  danger: 'medium',
  category: 'content',
  run: async ({ parent_page_id, title, text }, ctx) => {
    const { id, url } = await callNotion(ctx, api(ctx)`/v1/pages`, {
      method: 'POST',
      json: {
        parent: { page_id: parent_page_id },
        properties: { title: { title: toRichText(title) } },
        children: blocksOf(text),
      },
      answer: pageAnswer,
    });
    return { id, url: url ?? null };
  },
});

export const appendToPage = defineTool({
  name: 'notion_append_to_page',
  title: 'Continue a page of Notion',
  description: 'Adds text at the end of a page.',
  input: z.object({ page_id: notionId, text: content.min(1) }),
  output: z.object({ blocks: z.int().describe('How many were added') }),
  auth,
  danger: 'medium',
  category: 'content',
  run: async ({ page_id, text }, ctx) => {
    const { results } = await callNotion(ctx, api(ctx)`/v1/blocks/${page_id}/children`, {
      method: 'PATCH',
      json: { children: blocksOf(text) },
      answer: z.object({ results: z.array(z.object({ id: z.string() })) }),
    });
    return { blocks: results.length };
  },
});

function blocksOf(text: string): readonly object[] {
  const blocks = toBlocks(text);
  if (blocks.length > 100)
    throw new ToolError('text_too_long', 'Notion takes 100 lines at once: send the rest with notion_append_to_page.');
  return blocks;
}
