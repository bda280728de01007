// A pin of every fault that the parameters of a tool can have.
import { describe, expect, it } from 'vitest';
import { parameterText, shownFaults, toolText } from '../../../test/support/fault-texts.ts';
import type { FaultCase } from '../../../test/support/fault-texts.ts';
import { verifies } from '../../../test/support/verifies.ts';

/** Expected: `line:column path — message | hint`. */
const cases: readonly FaultCase[] = [
  [
    'parameters that are no list',
    toolText('parameters: {a: string}'),
    '8:17 tools.t.parameters — expected a list of parameters, got an object | ',
  ],
  [
    'a parameter that is no object',
    toolText('parameters: [a]'),
    '8:18 tools.t.parameters[0] — expected a parameter, got the text "a" | ',
  ],
  [
    'a parameter without anything',
    parameterText('{}'),
    '9:7 tools.t.parameters[0].name — "name" is missing | ',
    '9:7 tools.t.parameters[0].type — "type" is missing | ',
    '9:7 tools.t.parameters[0].description — "description" is missing | ',
  ],
  [
    'an unknown type of parameter',
    parameterText('{name: a, type: int, description: d}'),
    '9:23 tools.t.parameters[0].type — there is no parameter type "int" | Did you mean "integer"?',
  ],
  [
    'a type that is not supported',
    parameterText('{name: a, type: object, description: d}'),
    '9:23 tools.t.parameters[0].type — there is no parameter type "object" | Valid: string, integer, float, boolean, array, map.',
  ],
  [
    'a bad name of a parameter',
    parameterText('{name: a b, type: string, description: d}'),
    '9:14 tools.t.parameters[0].name — "a b" is not a valid name | Names have 1 to 128 letters, digits, "_", "." or "-".',
  ],
  [
    'a reserved name of a parameter',
    parameterText('{name: __proto__, type: string, description: d}'),
    '9:14 tools.t.parameters[0].name — "__proto__" is not a valid name | Names have 1 to 128 letters, digits, "_", "." or "-".',
  ],
  [
    'an array without items',
    parameterText('{name: a, type: array, description: d}'),
    '9:7 tools.t.parameters[0].items — "items" is missing | Say what the items are: items: {type: string}.',
  ],
  [
    'items of an unknown type',
    parameterText('{name: a, type: array, description: d, items: {type: strng}}'),
    '9:60 tools.t.parameters[0].items.type — there is no parameter type "strng" | Did you mean "string"?',
  ],
  [
    'items with a default',
    parameterText('{name: a, type: array, description: d, items: {type: string, default: x}}'),
    '9:68 tools.t.parameters[0].items.default — unknown field | Valid: name, type, description, allowedValues, excludedValues, minLength, maxLength, pattern, escape.',
  ],
  [
    'items of something that is no array',
    parameterText('{name: a, type: string, description: d, items: {type: string}}'),
    '9:47 tools.t.parameters[0].items — unknown field | Valid: name, type, description, allowedValues, excludedValues, minLength, maxLength, pattern, escape, required and 7 more.',
  ],
  [
    'fields of parameters that are not supported',
    parameterText('name: a', 'type: string', 'description: d', 'embeddedBy: m', 'secure: true'),
    '12:7 tools.t.parameters[0].embeddedBy — unknown field | MCP Toolbox has it; it is not supported here yet.',
    '13:7 tools.t.parameters[0].secure — unknown field | MCP Toolbox has it; it is not supported here yet.',
  ],
  [
    'a default of another type',
    parameterText('{name: a, type: integer, description: d, default: "3"}'),
    '9:57 tools.t.parameters[0].default — expected an integer, got the text "3" | ',
  ],
  [
    'a wrong item in a default',
    parameterText('{name: a, type: array, description: d, items: {type: integer}, default: [1, x]}'),
    '9:83 tools.t.parameters[0].default[1] — expected an integer, got the text "x" | ',
  ],
  [
    'null for a default',
    parameterText('{name: a, type: string, description: d, default: null}'),
    '9:56 tools.t.parameters[0].default — expected a string, got null | For an optional argument write required: false.',
  ],
  [
    'a parameter twice',
    toolText(
      'parameters:',
      '- {name: a, type: string, description: d}',
      '- {name: a, type: string, description: d}',
    ).replace('SELECT 1', 'SELECT $1, $2'),
    '10:7 tools.t.parameters[1].name — the parameter "a" is already defined in line 9 | ',
  ],
  [
    'a placeholder without parameter and a parameter without placeholder',
    toolText('parameters: [{name: a, type: string, description: d}]').replace('SELECT 1', 'SELECT $2'),
    '6:16 tools.t.statement — the placeholder $2 has no parameter | ',
    '8:25 tools.t.parameters[0].name — no placeholder uses "a" | ',
  ],
];

describe('faults of parameters', () => {
  it.each(cases)('%s', async (_name, text, ...expected) => {
    verifies('DBT-11', 'DBT-06');
    expect(await shownFaults(text)).toEqual(expected);
  });
});
