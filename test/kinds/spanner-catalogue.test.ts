// What the tools of Spanner tell of its tables, and what a caller's own statement may do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Arguments } from '../../server/src/catalog/parameters.ts';
import type { RowsResult, ToolResult } from '../../server/src/catalog/result.ts';
import type { ToolKind } from '../../server/src/catalog/tool.ts';
import { spannerExecuteSql } from '../../server/src/kinds/spanner/spanner-execute-sql.ts';
import { spannerListTables } from '../../server/src/kinds/spanner/spanner-list-tables.ts';
import { spannerSchema } from '../../server/src/kinds/spanner/spanner-schema.ts';
import type { SpannerDialect } from '../../server/src/kinds/spanner/spanner-types.ts';
import { runContext } from '../support/run-context.ts';
import { findSpannerEmulator } from '../support/spanner.ts';
import { verifies } from '../support/verifies.ts';
import { dialects, startSpannerDatabases } from './spanner-databases.ts';
import type { SpannerDatabases } from './spanner-databases.ts';
import { refusal } from './sql-kind-contract.ts';

const path = findSpannerEmulator();

// Skipped: Google's emulator is not here; test/support/spanner.ts says how to get it.
describe.skipIf(path === undefined)('the tables of spanner', () => {
  let sources: SpannerDatabases['sources'];
  let stop: SpannerDatabases['stop'];
  beforeAll(async () => {
    ({ sources, stop } = await startSpannerDatabases(path ?? ''));
  });
  afterAll(() => stop());

  const call = async (kind: ToolKind, dialect: SpannerDialect, args: Arguments): Promise<RowsResult> => {
    const parameters = kind.parameters ?? [];
    expect(kind.check({}, { parameters, read_only: true })).toEqual([]);
    const runTool = kind.prepare({}, { name: 'tool', parameters, read_only: true, source: sources[dialect] });
    const result: ToolResult = await runTool(args, runContext());
    if (result.kind !== 'rows') throw new TypeError('No rows');
    return result;
  };

  test.each(dialects)('spanner-list-tables tells columns, constraints and indexes (%s)', async (dialect) => {
    verifies('DBT-03');
    const { rows } = await call(spannerListTables, dialect, { table_names: ' child ,none', output_format: 'detailed' });
    const [schema_name, int64, text] = {
      googlesql: ['', 'INT64', 'STRING(MAX)'],
      postgresql: ['public', 'bigint', 'character varying'],
    }[dialect];
    expect(rows).toMatchObject([
      {
        schema_name,
        object_name: 'child',
        object_details: { schema_name, object_name: 'child', object_type: 'BASE TABLE' },
      },
    ]);
    const details = rows[0]?.['object_details'] as Record<string, unknown>;
    expect(details['columns']).toEqual(
      ['id', 'thing', 'n'].map((column_name, index) => ({
        column_name,
        data_type: int64,
        ordinal_position: index + 1,
        is_not_nullable: column_name !== 'n',
        column_default: null,
      })),
    );
    expect(details['constraints']).toContainEqual({
      ...{ constraint_name: 'of_thing', constraint_type: 'FOREIGN KEY', constraint_definition: null },
      ...{
        constraint_columns: ['thing'],
        foreign_key_referenced_table: 'thing',
        foreign_key_referenced_columns: ['id'],
      },
    });
    expect(details['constraints']).toContainEqual(
      expect.objectContaining({
        constraint_name: 'n_is_positive',
        constraint_type: 'CHECK',
        constraint_definition: expect.stringContaining('n > '),
      }),
    );
    expect(details['indexes']).toContainEqual({
      ...{
        index_name: 'child_n',
        index_type: 'INDEX',
        is_unique: false,
        is_null_filtered: false,
        interleaved_in_table: null,
      },
      ...{
        index_key_columns: [{ column_name: 'n', ordering: expect.stringMatching(/^DESC/) }],
        storing_columns: ['thing'],
      },
    });
    const all = await call(spannerListTables, dialect, { table_names: '', output_format: 'simple' });
    expect(all.rows).toEqual(
      ['child', 'number', 'thing'].map((name) => ({ schema_name, object_name: name, object_details: { name } })),
    );
    const thing = await call(spannerListTables, dialect, {
      table_names: `${schema_name}.thing`,
      output_format: 'detailed',
    });
    expect(thing.rows).toMatchObject([
      {
        object_details: {
          columns: [{ column_name: 'id', column_default: expect.stringMatching(/ids/) }, { data_type: text }],
        },
      },
    ]);
  });

  test.each(dialects)('spanner-schema tells the columns, keys and references (%s)', async (dialect) => {
    verifies('DBT-03');
    const { rows } = await call(spannerSchema, dialect, { table_names: 'child' });
    const common = {
      ...{ schema_name: { googlesql: '', postgresql: 'public' }[dialect], table_name: 'child', table_type: 'table' },
      ...{ data_type: { googlesql: 'INT64', postgresql: 'bigint' }[dialect] },
    };
    expect(rows).toEqual([
      { ...common, column_name: 'id', is_nullable: false, is_primary_key: true, referenced_column: null },
      { ...common, column_name: 'thing', is_nullable: false, is_primary_key: false, referenced_column: 'thing.id' },
      { ...common, column_name: 'n', is_nullable: true, is_primary_key: false, referenced_column: null },
    ]);
  });

  test.each(dialects)(
    'spanner-execute-sql runs what the caller writes, and writes only where it may (%s)',
    async (dialect) => {
      verifies('DBT-03', 'DBT-14');
      expect(spannerExecuteSql.danger).toBe('high');
      expect((await call(spannerExecuteSql, dialect, { sql: "SELECT '$1 @x' AS a" })).rows).toEqual([{ a: '$1 @x' }]);
      expect((await refusal(call(spannerExecuteSql, dialect, { sql: 'DELETE FROM thing WHERE true' }))).code).toBe(
        'write_refused',
      );
    },
  );
});
