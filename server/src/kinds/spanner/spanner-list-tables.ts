// The tool kind `spanner-list-tables`: the tables of a database with columns, constraints and indexes, one row per table,
// with the parameters and columns of the toolbox's kind of that name.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { outputFormat, tableNames } from '../sql/table-parameters.ts';
import { byDialect } from './by-dialect.ts';
import { googlesqlDialect, spannerPostgresDialect } from './spanner-dialect.ts';
import { chosenTables } from './table-texts.ts';

const common = {
  type: 'spanner-list-tables',
  aliases: [],
  source_types: ['spanner'],
  parameters: [
    tableNames,
    { ...outputFormat, description: '"simple" for names only, "detailed" for columns, constraints and indexes too.' },
  ],
};

/** What a member of an object of the answer is, as an expression on the views; a list has a query around its objects. */
type Member =
  | { readonly kind: 'text' | 'number' | 'flag' | 'yes'; readonly of: string }
  | { readonly kind: 'texts'; readonly of: string; readonly from: string }
  | { readonly kind: 'list'; readonly members: Members; readonly from: string };
type Members = Readonly<Record<string, Member>>;

const text = (of: string): Member => ({ kind: 'text', of });
const number = (of: string): Member => ({ kind: 'number', of });
const flag = (of: string): Member => ({ kind: 'flag', of });
/** A truth value in GoogleSQL, YES or NO in PostgreSQL. */
const yes = (of: string): Member => ({ kind: 'yes', of });

const ofTable = (alias: string): string =>
  `${alias}.TABLE_SCHEMA = t.TABLE_SCHEMA AND ${alias}.TABLE_NAME = t.TABLE_NAME`;
const keyColumns = (schema: string, name: string): string =>
  `FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS u WHERE u.CONSTRAINT_SCHEMA = ${schema} AND u.CONSTRAINT_NAME = ${name} ORDER BY u.ORDINAL_POSITION`;
const indexColumns = (condition: string, order: string): string =>
  `FROM INFORMATION_SCHEMA.INDEX_COLUMNS AS x WHERE ${ofTable('x')} AND x.INDEX_NAME = i.INDEX_NAME AND x.ORDINAL_POSITION ${condition} ORDER BY x.${order}`;

const table: Members = {
  schema_name: text('t.TABLE_SCHEMA'),
  object_name: text('t.TABLE_NAME'),
  object_type: text('t.TABLE_TYPE'),
  columns: {
    kind: 'list',
    members: {
      column_name: text('c.COLUMN_NAME'),
      data_type: text('c.SPANNER_TYPE'),
      ordinal_position: number('c.ORDINAL_POSITION'),
      is_not_nullable: flag("c.IS_NULLABLE = 'NO'"),
      column_default: text('c.COLUMN_DEFAULT'),
    },
    from: `FROM INFORMATION_SCHEMA.COLUMNS AS c WHERE ${ofTable('c')} ORDER BY c.ORDINAL_POSITION`,
  },
  constraints: {
    kind: 'list',
    members: {
      constraint_name: text('k.CONSTRAINT_NAME'),
      constraint_type: text('k.CONSTRAINT_TYPE'),
      constraint_definition: text('h.CHECK_CLAUSE'),
      constraint_columns: {
        kind: 'texts',
        of: 'u.COLUMN_NAME',
        from: keyColumns('k.CONSTRAINT_SCHEMA', 'k.CONSTRAINT_NAME'),
      },
      foreign_key_referenced_table: text('f.TABLE_NAME'),
      foreign_key_referenced_columns: {
        kind: 'texts',
        of: 'u.COLUMN_NAME',
        from: keyColumns('r.UNIQUE_CONSTRAINT_SCHEMA', 'r.UNIQUE_CONSTRAINT_NAME'),
      },
    },
    from: `FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS k
      LEFT JOIN INFORMATION_SCHEMA.CHECK_CONSTRAINTS AS h
        ON h.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND h.CONSTRAINT_NAME = k.CONSTRAINT_NAME
      LEFT JOIN INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS AS r
        ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
      LEFT JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS f
        ON f.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA AND f.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME
      WHERE ${ofTable('k')} ORDER BY k.CONSTRAINT_NAME`,
  },
  indexes: {
    kind: 'list',
    members: {
      index_name: text('i.INDEX_NAME'),
      index_type: text('i.INDEX_TYPE'),
      is_unique: yes('i.IS_UNIQUE'),
      is_null_filtered: yes('i.IS_NULL_FILTERED'),
      interleaved_in_table: text("NULLIF(i.PARENT_TABLE_NAME, '')"),
      index_key_columns: {
        kind: 'list',
        members: { column_name: text('x.COLUMN_NAME'), ordering: text('x.COLUMN_ORDERING') },
        from: indexColumns('IS NOT NULL', 'ORDINAL_POSITION'),
      },
      storing_columns: { kind: 'texts', of: 'x.COLUMN_NAME', from: indexColumns('IS NULL', 'COLUMN_NAME') },
    },
    from: `FROM INFORMATION_SCHEMA.INDEXES AS i WHERE ${ofTable('i')} ORDER BY i.INDEX_NAME`,
  },
};

const simple: Members = { name: text('t.TABLE_NAME') };

/** GoogleSQL makes JSON of a STRUCT. */
function googleStruct(members: Members): string {
  return Object.entries(members)
    .map(([name, member]) => `${googleMember(member)} AS ${name}`)
    .join(', ');
}

function googleMember(member: Member): string {
  if (member.kind === 'texts') return `ARRAY(SELECT ${member.of} ${member.from})`;
  if (member.kind === 'list') return `ARRAY(SELECT AS STRUCT ${googleStruct(member.members)} ${member.from})`;
  return member.of;
}

/** In PostgreSQL's dialect the text is put together, because not every Spanner has functions that make objects. */
function postgresObject(members: Members): string {
  const parts = Object.entries(members).map(([name, member]) => `'"${name}":' || ${postgresMember(member)}`);
  return `'{' || ${parts.join(" || ',' || ")} || '}'`;
}

function postgresMember(member: Member): string {
  const list = (item: string, from: string): string =>
    `'[' || array_to_string(array(SELECT ${item} ${from}), ',') || ']'`;
  switch (member.kind) {
    case 'text':
      return `coalesce(to_jsonb(${member.of})::text, 'null')`;
    case 'number':
      return `${member.of}::text`;
    case 'flag':
      return `CASE WHEN ${member.of} THEN 'true' ELSE 'false' END`;
    case 'yes':
      return `CASE WHEN ${member.of} = 'YES' THEN 'true' ELSE 'false' END`;
    case 'texts':
      return list(`to_jsonb(${member.of})::text`, member.from);
    case 'list':
      return list(postgresObject(member.members), member.from);
  }
}

const rest = (chosen: string): string => `AS object_details
FROM INFORMATION_SCHEMA.TABLES AS t
WHERE t.TABLE_TYPE = 'BASE TABLE' AND ${chosen}
ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME`;
const names = 'SELECT t.TABLE_SCHEMA AS schema_name, t.TABLE_NAME AS object_name';

export const spannerListTables = byDialect(
  {
    googlesql: createFixedSqlKind({
      ...common,
      dialect: googlesqlDialect,
      statement: `${names}, IF(@output_format = 'simple', TO_JSON(STRUCT(${googleStruct(simple)})), TO_JSON(STRUCT(${googleStruct(table)}))) ${rest(chosenTables.googlesql)}`,
    }),
    postgresql: createFixedSqlKind({
      ...common,
      dialect: spannerPostgresDialect,
      statement: `${names}, (CASE WHEN $2 = 'simple' THEN ${postgresObject(simple)} ELSE ${postgresObject(table)} END)::jsonb ${rest(chosenTables.postgresql)}`,
    }),
  },
  () => 'googlesql',
);
