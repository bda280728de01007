import { describe, expect, it } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import { decodeToolParameters } from './decode-parameters.ts';
import type { Decoding } from './decoding.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import type { Parameter } from './parameters.ts';
import { readYaml } from './read-yaml.ts';

interface Decoded {
  readonly parameters: readonly Parameter[];
  /** `line:column path — message | hint`. */
  readonly faults: readonly string[];
}

/** Decodes the fields of a tool `t`; the first line of the text is line 1. */
function decode(text: string, environment: Readonly<Record<string, string>> = {}): Decoded {
  const decoding: Decoding = { file: 'tools.yaml', show_values: true, faults: [], filled: new Map() };
  const [root] = readYaml(text, 'tools.yaml').documents;
  if (root === undefined) throw new TypeError('There is no YAML');
  const filled = fillPlaceholders(root, 't', { environment: (name) => environment[name], decoding });
  if (filled.kind !== 'map') throw new TypeError('The fields of a tool are a map');
  const parameters = decodeToolParameters(filled, 't', decoding);
  const faults = decoding.faults.map(
    ({ line, column, path, message, hint = '' }) => `${line}:${column} ${path} — ${message} | ${hint}`,
  );
  return { parameters, faults };
}

const one = (fields: string): Decoded => decode(`parameters:\n- {name: a, description: d, ${fields}}\n`);

describe('decodes', () => {
  it.each<[string, Partial<Parameter>]>([
    ['type: string, allowedValues: [a, "b+"]', { constraints: { allowed_values: ['a', 'b+'] } }],
    [
      'type: string, allowedValues: [a, {pattern: "b+"}], excludedValues: [{pattern: "b"}]',
      { constraints: { allowed_values: ['a', { pattern: 'b+' }], excluded_values: [{ pattern: 'b' }] } },
    ],
    [
      'type: string, minLength: 1, maxLength: 3, pattern: "^a"',
      { constraints: { min_length: 1, max_length: 3, pattern: '^a' } },
    ],
    ['type: integer, minValue: -1, maxValue: 3', { type: 'integer', constraints: { min_value: -1, max_value: 3 } }],
    ['type: integer, allowedValues: [1, 2]', { type: 'integer', constraints: { allowed_values: [1, 2] } }],
    [
      'type: float, minValue: 0.5, allowedValues: [1, 2.5]',
      { type: 'float', constraints: { allowed_values: [1, 2.5], min_value: 0.5 } },
    ],
    ['type: boolean, excludedValues: [false]', { type: 'boolean', constraints: { excluded_values: [false] } }],
    ['type: map', { type: 'map' }],
    [
      'type: map, valueType: integer, default: {x: 1}',
      { type: 'map', value_type: 'integer', required: false, default: { x: 1 } },
    ],
    [
      'type: array, items: {type: string, maxLength: 2}, allowedValues: [[a], [a, b]]',
      {
        type: 'array',
        items: { name: 'items', type: 'string', description: '', required: true, constraints: { max_length: 2 } },
        constraints: { allowed_values: [['a'], ['a', 'b']] },
      },
    ],
    [
      'type: string, authServices: [{name: g, field: email}, {name: h, field: mail}]',
      {
        filled_from: {
          kind: 'claims',
          claims: [
            { service: 'g', field: 'email' },
            { service: 'h', field: 'mail' },
          ],
        },
      },
    ],
    [
      'type: integer, authSources: [{name: g, field: age}]',
      { type: 'integer', filled_from: { kind: 'claims', claims: [{ service: 'g', field: 'age' }] } },
    ],
    ['type: string, authServices: []', {}],
    ['type: string, valueFrom: $tenant.id', { filled_from: { kind: 'caller', fact: '$tenant.id' } }],
  ])('%s', (fields, expected) => {
    verifies('DBT-06');
    const { parameters, faults } = one(fields);
    expect(faults).toEqual([]);
    expect(parameters).toEqual([{ name: 'a', type: 'string', description: 'd', required: true, ...expected }]);
  });

  it('template parameters, after the bound ones', () => {
    verifies('DBT-06');
    const { parameters, faults } = decode(`
templateParameters:
- {name: table, type: string, description: d}
- {name: column, type: string, description: d, escape: double-quotes, allowedValues: [a, b]}
- {name: columns, type: array, description: d, items: {type: string, escape: backticks}}
- {name: where, type: string, description: d, unsafe: true}
- {name: limit, type: integer, description: d}
parameters:
- {name: id, type: integer, description: d}
`);
    expect(faults).toEqual([]);
    expect(parameters.map(({ name, template }) => [name, template])).toEqual([
      ['id', undefined],
      ['table', { unsafe: false }],
      ['column', { escape: 'double-quotes', unsafe: false }],
      ['columns', { escape: 'backticks', unsafe: false }],
      ['where', { unsafe: true }],
      ['limit', { unsafe: false }],
    ]);
  });

  it('a copy of another parameter, required when that one is', () => {
    const { parameters, faults } = decode(`
parameters:
- {name: a, type: float, description: d, valueFromParam: b}
- {name: b, type: integer, description: d, required: false}
templateParameters:
- {name: c, type: float, description: d, valueFromParam: d}
- {name: d, type: float, description: d}
`);
    expect(faults).toEqual([]);
    expect(parameters.map(({ name, required, filled_from }) => [name, required, filled_from])).toEqual([
      ['a', false, { kind: 'parameter', name: 'b' }],
      ['b', false, undefined],
      ['c', true, { kind: 'parameter', name: 'd' }],
      ['d', true, undefined],
    ]);
  });

  it('values of the environment, as the type wants them', () => {
    const text =
      'parameters:\n- {name: a, description: d, type: integer, maxValue: "${MAX}", allowedValues: ["${ONE}", 2]}\n';
    const { parameters, faults } = decode(text, { MAX: '9', ONE: '1' });
    expect(faults).toEqual([]);
    expect(parameters[0]?.constraints).toEqual({ allowed_values: [1, 2], max_value: 9 });
  });
});

describe('tells', () => {
  it.each<[string, string, ...string[]]>([
    [
      'an empty range of lengths',
      'type: string, minLength: 3, maxLength: 2',
      't.parameters[0].minLength — is more than maxLength, so that no value is allowed | ',
    ],
    [
      'an empty range of values',
      'type: float, minValue: 1.5, maxValue: 1',
      't.parameters[0].minValue — is more than maxValue, so that no value is allowed | ',
    ],
    ['a negative length', 'type: string, minLength: -1', 't.parameters[0].minLength — must be at least 0 | '],
    [
      'a fraction for an integer',
      'type: integer, minValue: 0.5',
      't.parameters[0].minValue — expected an integer, got the number 0.5 | ',
    ],
    [
      'an invalid pattern with its reason',
      'type: string, pattern: "a(b"',
      't.parameters[0].pattern — the regular expression is not valid: missing closing ) | The syntax is RE2: no look-ahead, no look-behind, no back-references.',
    ],
    [
      'a look-ahead',
      'type: string, pattern: "^(?=a)b"',
      't.parameters[0].pattern — the regular expression is not valid: invalid or unsupported Perl syntax at (?= | The syntax is RE2: no look-ahead, no look-behind, no back-references.',
    ],
    [
      'a pattern that costs too much',
      'type: string, pattern: "a{600}b{600}"',
      't.parameters[0].pattern — the regular expression is too large | Repeat less: {1,1000} counts a thousand times. For the length of a text there is maxLength.',
    ],
    [
      'patterns that cost too much together',
      'type: string, allowedValues: [{pattern: "a{600}"}, {pattern: "b{600}"}]',
      't.parameters[0] — the regular expressions of the parameter are together too large | Take fewer, or shorter ones.',
    ],
    ['no allowed values', 'type: string, allowedValues: []', 't.parameters[0].allowedValues — must not be empty | '],
    [
      'allowed values of another type',
      'type: integer, allowedValues: [1, "2"]',
      't.parameters[0].allowedValues[1] — expected an integer, got the text "2" | ',
    ],
    [
      'single items among whole lists',
      'type: array, items: {type: string}, allowedValues: [a]',
      't.parameters[0].allowedValues[0] — expected a list, got the text "a" | Whole lists are compared. What single items may be stands under items.',
    ],
    [
      'a pattern for a number',
      'type: integer, allowedValues: [{pattern: "1"}]',
      't.parameters[0].allowedValues[0] — a regular expression can only be a value of a string | ',
    ],
    [
      'something else for a value',
      'type: string, allowedValues: [{patern: "1"}]',
      't.parameters[0].allowedValues[0] — expected a text or {pattern: …} | ',
    ],
    [
      'an invalid pattern among the values',
      'type: string, excludedValues: [{pattern: "*"}]',
      't.parameters[0].excludedValues[0].pattern — the regular expression is not valid: missing argument to repetition operator | The syntax is RE2: no look-ahead, no look-behind, no back-references.',
    ],
    [
      'an excluded text that would protect from nothing',
      'type: string, excludedValues: [".*;.*"]',
      String.raw`t.parameters[0].excludedValues[0] — the text ".*;.*" would exclude only this very text, and looks like a regular expression | Write {pattern: …} for a regular expression that matches the whole text; \Q…\E in it for the text itself.`,
    ],
    [
      'an allowed value that another bound refuses',
      'type: string, allowedValues: [a, abc], maxLength: 2',
      't.parameters[0].allowedValues[1] — is allowed and refused at once: expected at most 2 characters, got 3 | ',
    ],
    [
      'an allowed value that is excluded',
      'type: integer, allowedValues: [1, 2], excludedValues: [2]',
      't.parameters[0].allowedValues[1] — is allowed and refused at once: the number 2 is excluded here | ',
    ],
    [
      'a default that is not allowed',
      'type: string, allowedValues: [a, b], default: c',
      't.parameters[0].default — expected "a" or "b", got the text "c" | Did you mean "a" or "b"?',
    ],
    [
      'a bound of another type',
      'type: string, minValue: 1',
      't.parameters[0].minValue — unknown field | Valid: name, type, description, allowedValues, excludedValues, minLength, maxLength, pattern, escape, required and 7 more.',
    ],
    [
      'escape of a bound parameter',
      'type: string, escape: backticks',
      't.parameters[0].escape — "escape" is for templateParameters | The value is bound to a placeholder and needs no quotes: remove the field.',
    ],
    [
      'an unknown way to escape',
      'type: string, escape: backtick',
      't.parameters[0].escape — expected "single-quotes" or "double-quotes" or "backticks" or "square-brackets", got the text "backtick" | Did you mean "backticks"?',
    ],
    [
      'a default of what is filled in',
      'type: string, authServices: [{name: g, field: f}], default: x',
      't.parameters[0].default — contradicts "authServices": a value that is filled in has no default | For one that may be missing write required: false.',
    ],
    [
      'two origins',
      'type: string, authServices: [{name: g, field: f}], valueFrom: $user.id',
      't.parameters[0].valueFrom — contradicts "authServices": the value comes from one place | Write one of the two.',
    ],
    [
      'both spellings',
      'type: string, authServices: [{name: g, field: f}], authSources: [{name: g, field: f}]',
      't.parameters[0].authSources — contradicts "authServices": the value comes from one place | Write one of the two.',
    ],
    [
      'an auth service without a field',
      'type: string, authServices: [{name: g}]',
      't.parameters[0].authServices[0].field — "field" is missing | ',
    ],
    [
      'a type that no claim has',
      'type: array, items: {type: array, items: {type: string}}, authServices: [{name: g, field: f}]',
      't.parameters[0].items — no claim is a list of lists or objects | Take a scalar, a list of scalars or a map.',
    ],
    [
      'a fact that is not known',
      'type: string, valueFrom: $user.mail',
      't.parameters[0].valueFrom — nothing of this name is known of the caller | Did you mean "$user.email" or "$user.id"?',
    ],
    [
      'a number from the caller',
      'type: integer, valueFrom: $user.id',
      't.parameters[0].type — what is known of the caller is text | Write type: string.',
    ],
    [
      'a copy of nothing',
      'type: string, valueFromParam: b',
      't.parameters[0].valueFromParam — there is no parameter of this name | There is none.',
    ],
    [
      'a copy of itself',
      'type: string, valueFromParam: a',
      't.parameters[0].valueFromParam — a parameter cannot be a copy of itself | There is none.',
    ],
    [
      'constraints of items',
      'type: array, items: {type: string, minLength: 2, maxLength: 1}',
      't.parameters[0].items.minLength — is more than maxLength, so that no value is allowed | ',
    ],
  ])('%s', (_name, fields, ...expected) => {
    expect(one(fields).faults.map((fault) => fault.replace(/^\d+:\d+ /, ''))).toEqual(expected);
  });

  it('copies of copies and of other types', () => {
    const { faults, parameters } = decode(`parameters:
- {name: a, type: string, description: d}
- {name: b, type: string, description: d, valueFromParam: a}
- {name: c, type: string, description: d, valueFromParam: b}
- {name: d, type: integer, description: d, valueFromParam: a}
- {name: e, type: string, description: d, valueFromParam: f}
- {name: f, type: strng, description: d}
`);
    expect(faults).toEqual([
      '7:19 t.parameters[5].type — there is no parameter type "strng" | Did you mean "string"?',
      '4:59 t.parameters[2].valueFromParam — "b" is filled in itself, and no argument to be copied | Did you mean "a"?',
      '5:60 t.parameters[3].valueFromParam — the parameter of this name has another type | Give both the same type.',
    ]);
    expect(parameters.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('a name that both lists have, and what no statement can hold', () => {
    const { faults } = decode(`parameters:
- {name: a, type: string, description: d}
templateParameters:
- {name: a, type: string, description: d}
- {name: b, type: map, description: d}
- {name: c, type: string, description: d, unsafe: true, escape: backticks}
- {name: d, type: integer, description: d, escape: backticks}
`);
    expect(faults).toEqual([
      '5:13 t.templateParameters[1].type — cannot be written into a statement | Take a string, a number, a boolean or a list of them.',
      '6:43 t.templateParameters[2].unsafe — contradicts "escape": a value is quoted, or goes in as it is | Write one of the two.',
      '7:44 t.templateParameters[3].escape — unknown field | Valid: name, type, description, allowedValues, excludedValues, minValue, maxValue, required, default, authServices and 5 more.',
      '4:3 t.templateParameters[0].name — the parameter "a" is already defined in line 2 | ',
    ]);
  });

  it('no value of the environment', () => {
    const text =
      'parameters:\n- {name: a, description: d, type: string, pattern: "x${SECRET}("}\n- {name: b, description: d, type: integer, allowedValues: ["${SECRET}"]}\n';
    const { faults } = decode(text, { SECRET: 'hunter2' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });
});
