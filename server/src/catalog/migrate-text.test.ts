// The flat format from the map format: the same meaning, every comment, and statements as they were.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTexts } from '../../../test/support/load-texts.ts';
import { verifies } from '../../../test/support/verifies.ts';
import { migrateText } from './migrate-text.ts';

function migrate(text: string): string {
  const migrated = migrateText(text, 'a.yaml');
  if (migrated.kind === 'refused') throw new Error(migrated.faults.map(({ message }) => message).join('\n'));
  return migrated.kind === 'unchanged' ? text : migrated.text;
}

async function load(text: string) {
  const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text } });
  return {
    tools: catalogue.tools.map(({ name, version, description, source }) => ({ name, version, description, source })),
    toolsets: catalogue.toolsets,
    sources: catalogue.sources.map(({ name }) => name),
    faults: faults.map(({ message }) => message),
  };
}

const flights = readFileSync(new URL('../../../examples/flights/tools.yaml', import.meta.url), 'utf8');

describe('a file of the map format', () => {
  it('of the seed means the same, with the same versions of tools, and its statements stand as they were', async () => {
    verifies('DBT-09');
    const migrated = migrate(flights);
    const loaded = await load(migrated);
    expect(loaded).toEqual(await load(flights));
    expect(loaded.tools.length).toBeGreaterThan(1);
    expect(migrated.match(/^kind: .*$/gm)).toEqual(['kind: source', 'kind: tool', 'kind: tool', 'kind: toolset']);
    const statement =
      'statement: |\n  SELECT * FROM flights\n  WHERE airline = $1\n  AND flight_number = $2\n  LIMIT 10\n';
    expect(migrated).toContain(statement);
    expect(migrate(migrated)).toBe(migrated);
  });

  it('keeps every comment beside what it is about', () => {
    verifies('DBT-09');
    const text = `# top of the file

# above sources
sources: # beside sources
  # above pg
  pg: # beside pg
    # above kind
    kind: postgres # beside kind

    host: 'h' # beside host
    # end of pg
  # above two
  two: {kind: postgres, host: h} # beside two
# above tools
tools:
 a: &a
    'kind': postgres-sql
    # above statement
    statement: |
      SELECT 1  -- # no comment

      # no comment either
    # end of a
 # above b

 b:
    type: postgres-sql
toolsets:
  s: # beside s
    # above a
    - a # beside a
    - b
  t: [a,
    # between
    b]
# end
`;
    expect(migrate(text)).toBe(`# top of the file
# above sources
# beside sources
# above pg
kind: source
name: pg # beside pg
# above kind
type: postgres # beside kind

host: 'h' # beside host
# end of pg
---
# above two
# beside two
kind: source
name: two
type: postgres
host: h
---
# above tools
kind: tool
name: a
type: postgres-sql
# above statement
statement: |
  SELECT 1  -- # no comment

  # no comment either
# end of a
---
# above b

kind: tool
name: b
type: postgres-sql
---
kind: toolset
name: s
tools: # beside s
  # above a
  - a # beside a
  - b
---
kind: toolset
name: t
tools: [a,
  # between
  b]
# end
`);
  });

  it('resolves aliases between entities and keeps those within one', async () => {
    const text = `sources: {pg: &pg {kind: postgres, host: &h h, database: d, user: u, password: p}, two: {<<: *pg, database: other}}
tools:
  one: &one
    kind: clock
    description: &text |
      A text
        of two lines
    title: &title Title
    annotations: {title: *title}
  two:
    # The same kind.
    <<: *one
    title: Other
    annotations: {title: Other}
  three:
    kind: clock
    description: *text
`;
    const migrated = migrate(text);
    expect(await load(migrated)).toEqual(await load(text));
    expect(migrated).toContain('annotations: {title: *title}');
    expect(migrated).toContain(
      '# The same kind.\nkind: tool\nname: two\ntype: clock\ndescription: |\n  A text\n    of two lines\ntitle: Other\n',
    );
    expect(migrated.match(/<<|\*text|\*one|\*pg/g)).toBe(null);
  });

  // oxfmt-ignore
  const texts: readonly (readonly [string, string])[] = [
    ['mixed with the flat format', 'kind: tool\nname: a\ntype: clock\ndescription: d # c\n---\ntools:\n  b: {kind: clock, description: d}\n---\n# only\n---\nkind: toolset\nname: s\ntools: [a, b]\n'],
    ['a text that keeps its empty lines', 'tools:\n  a:\n    kind: clock\n    description: |+\n      d\n\n\n  b:\n    kind: clock\n    description: >-\n      folded\n      text\n\n      more\n'],
    ['an indentation indicator', 'tools:\n  a:\n    kind: clock\n    description: |2\n        indented\n      less\n'],
    ['texts over several lines', 'tools:\n  a:\n    kind: clock\n    description: "one\n      two\\\n      three"\n    title: plain\n      over lines\n'],
    ['a list at the indentation of its key', 'tools:\n  a:\n    kind: clock\n    description: d\ntoolsets:\n  s:\n  - a\n'],
    ['quoted and numeric names', 'tools:\n  "a":\n    kind: clock\n    description: d\n  1:\n    kind: clock\n    description: d\n'],
    ['sections in brackets', '{tools: {a: {kind: clock, description: "d"}}, toolsets: {s: [a]}}\n'],
    ['empty sections and markers', '---\nsources:\ntools:\n  a:\n    kind: clock\n    description: d\n...\n'],
    ['lines that end with CR LF', 'tools:\r\n  a:\r\n    kind: clock\r\n    description: |\r\n      one\r\n      two\r\n'],
    ['authSources', 'authSources:\n  m:\n    kind: memory-auth\ntools:\n  a:\n    kind: clock\n    description: d\n    authRequired:\n      - m\n'],
    ['faulty entities', 'tools:\n  a:\n    kind: clok\n    description: d\n  b: 1\n  c:\n    kind: clock\n    name: c\n    description: d\nmore:\n  x: 1\n'],
    ['a toolset with a description', 'tools:\n  a:\n    kind: clock\n    description: d\ntoolsets:\n  s:\n    description: d\n    tools: [a]\n'],
    ['both words for the type', 'tools:\n  a:\n    kind: clock\n    type: clock\n    description: d\n'],
    ['a section in brackets with a faulty entity', 'tools: {a: {kind: clock, description: d}, b: 1} # c\n'],
    ['no end of line at the end', 'tools:\n  a:\n    kind: clock\n    description: d'],
  ];

  it.each(texts)('%s: means the same, and is converted once', async (_name, text) => {
    verifies('DBT-09');
    const migrated = migrate(text);
    expect(await load(migrated)).toEqual(await load(text));
    expect(migrated.split('#').length).toBe(text.split('#').length);
    expect(migrated.includes('\r\n')).toBe(text.includes('\r\n'));
    expect(migrate(migrated)).toBe(migrated);
  });

  it('that is broken by chance is converted, or refused, and never lost', () => {
    const lines = flights.split('\n');
    const line = fc.nat({ max: lines.length - 1 });
    const odd = fc.constantFrom(
      '---',
      '{',
      '[a]',
      '*a',
      '&a ',
      '|+',
      '"',
      '? ',
      '<<: *a',
      '# c',
      ' # c',
      '...',
      '%a',
      '!!map',
      'kind: x',
      ': ',
    );
    let converted = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(line, odd, fc.nat({ max: 8 })), { minLength: 1, maxLength: 2 }), (changes) => {
        const all = [...lines];
        for (const [at, what, by] of changes) all.splice(at, by > 6 ? 1 : 0, `${' '.repeat(by)}${what}`);
        const migrated = migrateText(all.join('\n'), 'a.yaml');
        if (migrated.kind === 'migrated') converted += 1;
        if (migrated.kind === 'migrated') expect(migrateText(migrated.text, 'a.yaml').kind).not.toBe('refused');
      }),
      { numRuns: 300 },
    );
    expect(converted).toBeGreaterThan(20);
  });

  it('of which a part cannot be read is refused, and so is what would change', () => {
    expect(migrateText('tools: {', 'a.yaml')).toMatchObject({ kind: 'refused', faults: [{ file: 'a.yaml', line: 1 }] });
    expect(migrateText('kind: tool\nname: a\n', 'a.yaml')).toEqual({ kind: 'unchanged' });
    expect(migrateText('', 'a.yaml')).toEqual({ kind: 'unchanged' });
  });
});
