// How the tools of this pack call Notion's API (https://developers.notion.com/reference), and how its blocks are read and
// written as plain text.
import { apiUrl, bearer, callApi, configText } from '@toolcrib/client';
import type { ApiAnswer, ApiRequest, ToolContext } from '@toolcrib/client';
import { z } from 'zod';

export function api(ctx: Pick<ToolContext, 'config'>): ReturnType<typeof apiUrl> {
  return apiUrl(configText(ctx, 'api_url'));
}

export async function callNotion<Answer>(
  ctx: ToolContext,
  url: URL,
  request: Pick<ApiRequest<Answer>, 'method' | 'query' | 'json' | 'answer'>,
): Promise<Answer> {
  const { body }: ApiAnswer<Answer> = await callApi(ctx, {
    ...request,
    service: 'Notion',
    url,
    headers: { ...bearer(ctx), 'notion-version': '2025-09-03' },
    words: (answer) => problem.safeParse(answer).data?.message,
  });
  return body;
}

const problem = z.object({ message: z.string() });

export const auth = { provider: 'notion' } as const;

export const notionId = z
  .string()
  .regex(
    /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/,
    'An id of Notion has 32 hex digits',
  );

export const pageInput = {
  cursor: z.string().min(1).max(500).optional().describe('next_cursor of the page before'),
  limit: z.int().min(1).max(100).default(20).describe('Entries per page'),
};

export const next_cursor = z.string().optional().describe('For the next page; absent on the last');

const richText = z.array(z.object({ plain_text: z.string() })).default([]);

export function plain(text: z.output<typeof richText> | undefined): string {
  return (text ?? []).map(({ plain_text }) => plain_text).join('');
}

/** Properties of a page are of many types: what can be said as a text, a number or a truth is kept. */
const propertyAnswer = z.looseObject({ type: z.string() });

export const pageAnswer = z.object({
  object: z.literal('page'),
  id: z.string(),
  url: z.string().nullish(),
  created_time: z.string().optional(),
  last_edited_time: z.string().optional(),
  in_trash: z.boolean().optional(),
  properties: z.record(z.string(), propertyAnswer).default({}),
});

export const pageOutput = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string().nullable(),
  last_edited: z.string().nullable(),
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export function toPage(page: z.output<typeof pageAnswer>): z.output<typeof pageOutput> {
  const entries = Object.entries(page.properties);
  const title = entries.find(([, property]) => property.type === 'title');
  return {
    id: page.id,
    title: title === undefined ? '' : String(valueOf(title[1]) ?? ''),
    url: page.url ?? null,
    last_edited: page.last_edited_time ?? null,
    properties: Object.fromEntries(
      entries.filter((entry) => entry !== title).map(([name, property]) => [name, valueOf(property)]),
    ),
  };
}

const named = z.object({ name: z.string() });
const readers: Readonly<Record<string, z.ZodType<string | number | boolean | null>>> = {
  title: richText.transform(plain),
  rich_text: richText.transform(plain),
  number: z.number().nullable(),
  checkbox: z.boolean(),
  url: z.string().nullable(),
  email: z.string().nullable(),
  phone_number: z.string().nullable(),
  created_time: z.string(),
  last_edited_time: z.string(),
  select: named.nullable().transform((one) => one?.name ?? null),
  status: named.nullable().transform((one) => one?.name ?? null),
  multi_select: z.array(named).transform((all) => all.map(({ name }) => name).join(', ')),
  people: z
    .array(z.object({ id: z.string(), name: z.string().nullish() }))
    .transform((all) => all.map(({ name, id }) => name ?? id).join(', ')),
  date: z
    .object({ start: z.string(), end: z.string().nullish() })
    .nullable()
    .transform((date) => (date === null ? null : [date.start, date.end].filter(Boolean).join(' to '))),
};

function valueOf(property: z.output<typeof propertyAnswer>): string | number | boolean | null {
  const reader = Object.hasOwn(readers, property.type) ? readers[property.type] : undefined;
  const read = reader?.safeParse(property[property.type]);
  return read?.data ?? null;
}

export const blockAnswer = z.looseObject({ id: z.string(), type: z.string(), has_children: z.boolean().optional() });

const prefixes: Readonly<Record<string, string>> = {
  ...{ heading_1: '# ', heading_2: '## ', heading_3: '### ', quote: '> ' },
  ...{ bulleted_list_item: '- ', numbered_list_item: '1. ' },
};

/** The text of a block with a little Markdown; empty for what has none. */
export function blockText(block: z.output<typeof blockAnswer>): string {
  const content = z.object({ rich_text: richText, checked: z.boolean().optional() }).safeParse(block[block.type]).data;
  if (content === undefined) return '';
  const prefix = block.type === 'to_do' ? `- [${content.checked === true ? 'x' : ' '}] ` : (prefixes[block.type] ?? '');
  return `${prefix}${plain(content.rich_text)}`;
}

/** Notion takes 2,000 characters in one text, and 100 blocks at once. */
const text_characters = 2_000;

/** One block for each line; headings and items of lists by their Markdown. */
export function toBlocks(text: string): readonly object[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => toBlock(line));
}

function toBlock(line: string): object {
  const [, mark = '', rest = line] = /^(#{1,3}|[-*]|\d+\.|>) +(.*)$/.exec(line) ?? [];
  const type = mark.startsWith('#')
    ? `heading_${mark.length}`
    : (blockTypes[mark] ?? (mark === '' ? 'paragraph' : 'numbered_list_item'));
  return { object: 'block', type, [type]: { rich_text: toRichText(rest) } };
}

const blockTypes: Readonly<Record<string, string>> = {
  '-': 'bulleted_list_item',
  '*': 'bulleted_list_item',
  '>': 'quote',
};

export function toRichText(text: string): readonly object[] {
  const characters = Array.from(text);
  const pieces: object[] = [];
  for (let at = 0; at < characters.length; at += text_characters) {
    pieces.push({ type: 'text', text: { content: characters.slice(at, at + text_characters).join('') } });
  }
  return pieces;
}
