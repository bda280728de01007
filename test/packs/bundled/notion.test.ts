// The pack `notion`, through the whole server: requests go through a mock that Prism makes of Notion's own description, which
// refuses what it does not know; answers have the shapes of Notion's documentation, since the description has no examples.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrism } from '../../support/prism.ts';
import type { Prism } from '../../support/prism.ts';
import { expectCommonErrors, startPackWorld } from './pack-world.ts';
import type { Asked, PackWorld } from './pack-world.ts';

const id = '59833787-2cf9-4fdf-8782-e53db20768a5';
const text = (plain_text: string) => [
  { type: 'text', text: { content: plain_text, link: null }, plain_text, href: null },
];
const page = {
  ...{ object: 'page', id, url: `https://www.notion.so/${id}`, created_time: '2026-01-01T00:00:00.000Z' },
  ...{ last_edited_time: '2026-01-02T00:00:00.000Z', in_trash: false, parent: { type: 'workspace', workspace: true } },
  properties: {
    Name: { id: 'title', type: 'title', title: text('Tuscan kale') },
    Price: { id: 'a', type: 'number', number: 2.5 },
    Status: { id: 'b', type: 'status', status: { id: 'x', name: 'Done', color: 'green' } },
    Tags: { id: 'c', type: 'multi_select', multi_select: [{ name: 'one' }, { name: 'two' }] },
    When: { id: 'd', type: 'date', date: { start: '2026-02-01', end: '2026-02-03', time_zone: null } },
    Formula: { id: 'e', type: 'formula', formula: { type: 'string', string: 'x' } },
  },
};
const source = {
  object: 'data_source',
  id,
  title: text('Groceries'),
  url: null,
  last_edited_time: '2026-01-02T00:00:00.000Z',
};
const block = (type: string, content: object) => ({ object: 'block', id, type, has_children: false, [type]: content });
const blocks = [
  block('heading_2', { rich_text: text('Lacinato kale') }),
  block('paragraph', { rich_text: text('Is a vegetable.') }),
  block('to_do', { rich_text: text('Buy it'), checked: true }),
  block('divider', {}),
];

let prism: Prism;
let world: PackWorld;

function answer({ method, path }: Asked): { readonly body: unknown } {
  const list = (results: readonly unknown[], next_cursor: string | null = null) => ({
    body: { object: 'list', results, next_cursor, has_more: next_cursor !== null },
  });
  if (path === '/v1/search') return list([page, source], 'next-one');
  if (path.endsWith('/children')) return list(method === 'PATCH' ? blocks.slice(0, 2) : blocks);
  if (path.endsWith('/query')) return list([page]);
  if (path.startsWith('/v1/databases/'))
    return { body: { object: 'database', id, data_sources: [{ id, name: 'Groceries' }] } };
  return { body: page };
}

beforeAll(async () => {
  prism = await startPrism('public-apis/notion.json', { lenient: true });
  world = await startPackWorld({
    ...{ pack: 'notion', answer, environment: { NOTION_PACK_API_URL: '{url}' } },
    credential: { system: 'notion', strategy: 'token', fields: { token: 'ntn_planted' } },
  });
}, 60_000);
afterAll(async () => {
  await world.stop();
  await prism.stop();
});

/** What was asked is what Notion's description takes. */
async function expectDocumented(): Promise<void> {
  for (const { method, path, query, headers, body } of world.asked()) {
    expect(headers).toMatchObject({ authorization: 'Bearer ntn_planted', 'notion-version': '2025-09-03' });
    const sent = { 'notion-version': '2025-09-03', authorization: 'Bearer x', 'content-type': 'application/json' };
    const search = new URLSearchParams(query).toString();
    const judged = await fetch(`${prism.url}${path}?${search}`, {
      method,
      headers: sent,
      ...(body === '' ? {} : { body }),
    });
    expect([path, judged.status, judged.ok ? '' : await judged.text()]).toEqual([path, 200, '']);
  }
}

describe('notion', () => {
  it('searches pages and databases', async () => {
    expect(await world.valueOf('notion_search', { query: 'kale', kind: 'page', limit: 2 })).toEqual({
      results: [
        { kind: 'page', id, title: 'Tuscan kale', url: page.url, last_edited: page.last_edited_time },
        { kind: 'data_source', id, title: 'Groceries', url: null, last_edited: page.last_edited_time },
      ],
      next_cursor: 'next-one',
    });
    expect(world.asked()[0]?.json).toMatchObject({
      query: 'kale',
      page_size: 2,
      filter: { property: 'object', value: 'page' },
    });
    await expectDocumented();
  });

  it('reads a page: properties by their types, blocks as lines', async () => {
    const read = await world.valueOf('notion_get_page', { page_id: id });
    expect(read.page).toMatchObject({
      title: 'Tuscan kale',
      properties: { Price: 2.5, Status: 'Done', Tags: 'one, two', When: '2026-02-01 to 2026-02-03', Formula: null },
    });
    expect(read.text).toBe('## Lacinato kale\nIs a vegetable.\n- [x] Buy it\n');
    await expectDocumented();
  });

  it('queries a database by its only data source, or by one that is named', async () => {
    const filter = { property: 'Status', status: { equals: 'Done' } };
    const { pages } = await world.valueOf('notion_query_database', { database_id: id, filter });
    expect(pages[0].title).toBe('Tuscan kale');
    expect(world.asked().map(({ path }) => path)).toEqual([`/v1/databases/${id}`, `/v1/data_sources/${id}/query`]);
    expect(world.asked()[1]?.json).toMatchObject({ filter });
    await expectDocumented();
    await world.valueOf('notion_query_database', { data_source_id: id });
    expect(world.asked()).toHaveLength(1);
    world.answerWith({
      body: {
        data_sources: [
          { id, name: 'one' },
          { id, name: 'two' },
        ],
      },
    });
    const { body } = await world.call('notion_query_database', { database_id: id });
    expect(body.error.service_error.code).toBe('choose_data_source');
  });

  it('makes and continues pages', async () => {
    await world.valueOf('notion_create_page', {
      parent_page_id: id,
      title: 'New',
      text: '# Head\n\n- item\n1. first\nplain',
    });
    expect(world.asked()[0]?.json.children.map(({ type }: { type: string }) => type)).toEqual([
      ...['heading_1', 'bulleted_list_item', 'numbered_list_item', 'paragraph'],
    ]);
    const long = 'x'.repeat(4_500);
    expect(await world.valueOf('notion_append_to_page', { page_id: id, text: `${long}\nend` })).toEqual({ blocks: 2 });
    const [first] = world.asked()[0]?.json.children ?? [];
    expect(
      first.paragraph.rich_text.map(({ text: { content } }: { text: { content: string } }) => content.length),
    ).toEqual([...[2_000, 2_000, 500]]);
    expect(world.asked()[0]?.method).toBe('PATCH');
    const lines = Array.from({ length: 101 }, () => 'x').join('\n');
    const { body } = await world.call('notion_append_to_page', { page_id: id, text: lines });
    expect([body.error.service_error.code, world.asked().length]).toEqual(['text_too_long', 0]);
  });

  it('takes ids of Notion only', async () => {
    for (const page_id of ['../users', 'x', `${id}/children`]) {
      expect((await world.call('notion_get_page', { page_id })).body.error.code).toBe('arguments_invalid');
    }
    expect(world.asked()).toHaveLength(0);
  });

  it('tells errors as every pack does, with what Notion says', async () => {
    world.answerWith({
      status: 400,
      body: { object: 'error', status: 400, code: 'validation_error', message: 'body failed\nvalidation' },
    });
    const { body } = await world.call('notion_search');
    expect(body.error.service_error).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('"body failed validation"'),
    });
    await expectCommonErrors(world, 'notion_search', {});
  });
});
