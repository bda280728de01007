// What must hold of template parameters in every dialect, whatever a caller sends: the tokens of the rendered statement are
// those of the statement in the file, with one token, or a dotted name, where the hole was.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { escapeStyles } from '../../server/src/catalog/parameters.ts';
import type { ArgumentValue, Parameter } from '../../server/src/catalog/parameters.ts';
import type { SqlDialect } from '../../server/src/catalog/source.ts';
import { checkTemplate } from '../../server/src/kinds/sql/check-template.ts';
import { parseTemplate } from '../../server/src/kinds/sql/parse-template.ts';
import { createRenderer } from '../../server/src/kinds/sql/render-template.ts';
import { locateSql } from '../../server/src/kinds/sql/scan-sql.ts';
import { verifies } from '../support/verifies.ts';

/** Pieces of statements and of values that mean something in some dialect. */
const pieces = [
  ...[
    "'",
    '"',
    '`',
    '[',
    ']',
    '\\',
    '$',
    '$$',
    '$a$',
    '--',
    '-',
    '#',
    '/*',
    '*/',
    '/*!',
    ';',
    '{{',
    '}}',
    '@',
    ':',
    '&',
    '%',
  ],
  ...[
    '\n',
    ' ',
    ',',
    '(',
    ')',
    '.',
    '=',
    '1',
    'e5',
    'E',
    'N',
    'r',
    'U&',
    'a',
    'DROP TABLE t',
    'é',
    '\u2028',
    '\u0008',
    'ﬀ',
  ],
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$]{0,5}(\.[A-Za-z_]{1,5}){0,2}$/);

const parameters: fc.Arbitrary<{ parameter: Parameter; value: fc.Arbitrary<ArgumentValue> }> = fc
  .tuple(
    fc.constantFrom('string', 'integer', 'float', 'boolean', 'array' as const),
    fc.option(fc.constantFrom(...escapeStyles), { nil: undefined }),
  )
  .map(([type, escape]) => {
    const is_text = type === 'string' || type === 'array';
    const template = { unsafe: false, ...(escape === undefined || !is_text ? {} : { escape }) };
    const items = { name: 'items', type: 'string', description: '', required: true } as const;
    const base = { name: 'x', type, description: 'x', required: true, template } as Parameter;
    return {
      parameter: type === 'array' ? { ...base, items } : base,
      value: valueOf(type),
    };
  });

function valueOf(type: Parameter['type']): fc.Arbitrary<ArgumentValue> {
  const texts = fc.oneof(text, name);
  switch (type) {
    case 'integer':
      return fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(texts, { maxLength: 3 });
    default:
      return texts;
  }
}

const statements = fc
  .tuple(
    fc.array(fc.constantFrom(...pieces), { maxLength: 6 }),
    fc.constantFrom('', ' ', '_', '-', '\n'),
    fc.constantFrom('', ' ', '_', '$1', '\n'),
    fc.array(fc.constantFrom(...pieces), { maxLength: 6 }),
  )
  .map(
    ([before, left, right, after]) =>
      (hole: string) =>
        `SELECT ${before.join('')}${left}${hole}${right}${after.join('')}`,
  );

/** The tokens of a statement, with what the hole became left out. */
function structure(statement: string, hole: { start: number; end: number }, dialect: SqlDialect): readonly string[] {
  const tokens = locateSql(statement, dialect.syntax);
  const shown = ({ kind, start, end }: (typeof tokens)[number]): string => `${kind}:${statement.slice(start, end)}`;
  const around = tokens.filter(
    ({ start, end }) => start < hole.end && end > hole.start && (start < hole.start || end > hole.end),
  );
  const left = around.map(({ start }) => statement.slice(start, Math.max(start, hole.start))).join('');
  const right = around.map(({ end }) => statement.slice(Math.min(end, hole.end), end)).join('');
  return [
    ...tokens.filter(({ end }) => end <= hole.start).map((token) => shown(token)),
    `${[...new Set(around.map(({ kind }) => kind))].join()}:${left}…${right}`,
    ...tokens.filter(({ start }) => start >= hole.end).map((token) => shown(token)),
  ];
}

export function templateProperties(dialect_name: string, dialect: SqlDialect): void {
  describe(`template parameters of ${dialect_name}`, () => {
    test('no value changes the tokens of a statement that was accepted', () => {
      verifies('DBT-06');
      let rendered_count = 0;
      fc.assert(
        fc.property(
          statements,
          parameters.chain(({ parameter, value }) => fc.tuple(fc.constant(parameter), value)),
          (write, [parameter, value]) => {
            const statement = write(parameter.type === 'array' ? '{{array .x}}' : '{{.x}}');
            const template = parseTemplate(statement);
            fc.pre(checkTemplate(template, [parameter], dialect).length === 0);
            const rendered = render(statement, parameter, value, dialect);
            if (rendered === undefined) return;
            rendered_count += 1;
            const [hole] = template.holes;
            if (hole === undefined) throw new Error('no hole');
            const before = structure(template.skeleton, hole, dialect);
            const end = rendered.length - (template.skeleton.length - hole.end);
            expect(structure(rendered, { start: hole.start, end }, dialect)).toEqual(before);
            expectInHole(rendered.slice(hole.start, end), parameter, dialect);
          },
        ),
        { numRuns: 5_000 },
      );
      expect(rendered_count).toBeGreaterThan(500);
    });
  });
}

/** Undefined when the value is refused. */
function render(
  statement: string,
  parameter: Parameter,
  value: ArgumentValue,
  dialect: SqlDialect,
): string | undefined {
  const anything: SqlDialect = { ...dialect, check: () => [] };
  try {
    return createRenderer({ name: 't', statement, parameters: [parameter], dialect: anything })({ x: value });
  } catch (thrown) {
    if (thrown instanceof ToolcribError && thrown.code === 'arguments_invalid') return undefined;
    throw thrown;
  }
}

/** The value alone: one token, or a dotted name, for each item. */
function expectInHole(written: string, parameter: Parameter, dialect: SqlDialect): void {
  const kinds = locateSql(written.trim(), dialect.syntax).map(({ kind, text: token }) =>
    kind === 'other' ? token : kind,
  );
  const one = parameter.template?.escape === undefined ? /^-?(word|number)(\.word)*$/ : /^(text|quoted)$/;
  for (const item of parameter.type === 'array' ? kinds.join('').split(',') : [kinds.join('')]) {
    expect(item).toMatch(one);
  }
}
