// Rows of databases: pages in one of their data sources.
import { ToolError, defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { api, auth, callNotion, next_cursor, notionId, pageAnswer, pageInput, pageOutput, toPage } from './notion.ts';

export const queryDatabase = defineTool({
  name: 'notion_query_database',
  title: 'Query a database of Notion',
  description:
    'Lists the pages of a database with their properties. A database with several data sources needs data_source_id.',
  input: z.object({
    database_id: notionId.optional(),
    data_source_id: notionId.optional().describe('Instead of database_id: what notion_search finds'),
    filter: z
      .record(z.string(), z.json())
      .optional()
      .describe('As in Notion: {"property": "Status", "status": {"equals": "Done"}}'),
    ...pageInput,
  }),
  output: z.object({ pages: z.array(pageOutput), next_cursor }),
  auth,
  read_only: true,
  category: 'data',
  run: async ({ database_id, data_source_id, filter, cursor, limit }, ctx) => {
    const at = api(ctx);
    let source_id = data_source_id;
    if (source_id === undefined) {
      if (database_id === undefined) throw new ToolError('invalid_request', 'Give database_id or data_source_id.');
      const { data_sources } = await callNotion(ctx, at`/v1/databases/${database_id}`, { answer: databaseAnswer });
      source_id = onlySource(data_sources);
    }
    const { results, next_cursor: next } = await callNotion(ctx, at`/v1/data_sources/${source_id}/query`, {
      method: 'POST',
      json: {
        ...(filter === undefined ? {} : { filter }),
        page_size: limit,
        ...(cursor === undefined ? {} : { start_cursor: cursor }),
      },
      answer: z.object({ results: z.array(pageAnswer), next_cursor: z.string().nullish() }),
    });
    return { pages: results.map(toPage), next_cursor: next ?? undefined };
  },
});

const databaseAnswer = z.object({ data_sources: z.array(z.object({ id: z.string(), name: z.string().default('') })) });

function onlySource(sources: z.output<typeof databaseAnswer>['data_sources']): string {
  const [first, ...others] = sources;
  if (first === undefined)
    throw new ToolError('not_found', 'The database has no data source that the account can see.');
  if (others.length === 0) return first.id;
  const list = sources.slice(0, 20).map(({ id, name }) => `${name}: ${id}`);
  throw new ToolError(
    'choose_data_source',
    `The database has several data sources; give one as data_source_id. ${list.join('; ')}`,
  );
}
