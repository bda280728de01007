// A pin of every fault that a configuration file can have: place, path, text and hint, as the author of the file sees them.
import { describe, expect, it } from 'vitest';
import { fault_source, parameterText, shownFaults, toolText } from '../../../test/support/fault-texts.ts';
import type { FaultCase } from '../../../test/support/fault-texts.ts';
import { verifies } from '../../../test/support/verifies.ts';

/** Expected: `line:column path — message | hint`. */
const cases: readonly FaultCase[] = [
  // YAML
  [
    'a broken flow list',
    'tools: [a',
    '1:10 documents[0] — the YAML is not valid: Flow sequence in block collection must be sufficiently indented and end with a ] | ',
  ],
  ['a tab', 'tools:\n\tt: 1', '2:1 documents[0] — the YAML is not valid: Tabs are not allowed as indentation | '],
  ['an unknown tag', 'tools: !secret {}', '1:8 documents[0] — the YAML is not valid: Unresolved tag: !secret | '],
  [
    'an unknown alias',
    `${fault_source}tools: {t: *missing}`,
    '2:12 tools.t — there is no anchor "&missing" above this alias | ',
  ],
  ['a node inside itself', 'tools: &a {t: *a}', '1:15 tools.t — the alias "*a" stands inside its own anchor | '],
  [
    'a placeholder inside a flow map',
    'sources: {pg: {kind: postgres, host: ${HOST}}}',
    '1:39 documents[0] — the YAML is not valid: Unexpected flow-map-start at node end | Inside { } and [ ] write placeholders in quotes.',
    '1:40 documents[0] — the YAML is not valid: Unexpected scalar at node end | Inside { } and [ ] write placeholders in quotes.',
    '1:46 documents[0] — the YAML is not valid: Unexpected flow-map-end token in YAML stream | Inside { } and [ ] write placeholders in quotes.',
  ],
  ['a key that is a list', 'tools: {? [a] : 1}', '1:8 tools — a key must be a plain name | '],
  [
    'a reserved key',
    'tools: {__proto__: {kind: clock, description: d}}',
    '1:9 tools — the name "__proto__" is reserved | ',
  ],
  [
    'an integer that is not exact',
    toolText('timeout_ms: 12345678901234567890'),
    '8:17 tools.t.timeout_ms — the integer is too large to be kept exactly | Put it in quotes where a text will do.',
  ],
  [
    'infinity',
    parameterText('{name: a, type: float, description: d, default: .inf}'),
    '9:55 tools.t.parameters[0].default — infinity and "not a number" cannot be used here | ',
  ],
  // Sections and entities
  ['a text instead of a file', 'hello', '1:1  — expected sources, tools or toolsets, got the text "hello" | '],
  ['a list instead of a file', '- tools', '1:1  — expected sources, tools or toolsets, got a list | '],
  ['an unknown section', 'tool: {}', '1:1 tool — unknown field | Did you mean "tools" or "toolsets"?'],
  [
    'sections that are not supported',
    'authSources: {a: {kind: gogle}}\nembeddingModels: {}',
    '1:25 authSources.a.kind — there is no type of auth service "gogle" | Valid: memory-auth.',
    '2:1 embeddingModels — unknown field | MCP Toolbox has it; it is not supported here yet.',
  ],
  ['a list of tools', 'tools: [a]', '1:8 tools — expected an object with one entry per tool, got a list | '],
  ['a section twice', 'tools: {}\ntools: {}', '2:1 tools — "tools" is given twice; it is first in line 1 | '],
  [
    'a tool twice',
    'tools:\n  t: {kind: clock, description: d}\n  t: {kind: clock, description: d}',
    '3:3 tools.t — "t" is given twice; it is first in line 2 | ',
  ],
  [
    'a field twice',
    toolText('description: e'),
    '8:5 tools.t.description — "description" is given twice; it is first in line 7 | ',
  ],
  [
    'a text instead of a tool',
    'tools: {t: hello}',
    '1:12 tools.t — expected the fields of a tool, got the text "hello" | ',
  ],
  ['nothing instead of a tool', 'tools: {t: }', '1:12 tools.t — expected the fields of a tool, got null | '],
  [
    'a bad name',
    'tools: {"a b": {kind: clock, description: d}}',
    '1:9 tools.a b — "a b" is not a valid name | Names have 1 to 128 letters, digits, "_", "." or "-".',
  ],
  [
    'an empty name',
    'tools: {"": {kind: clock, description: d}}',
    '1:9 tools. — "" is not a valid name | Names have 1 to 128 letters, digits, "_", "." or "-".',
  ],
  [
    'an unknown kind of entity',
    'kind: tols\nname: a',
    '1:7 kind — expected "kind" to be one of source, authService, tool, toolset, group, prompt, resource, resourceTemplate, got the text "tols" | Valid: source, authService, tool, toolset, group, prompt, resource, resourceTemplate.',
  ],
  [
    'a kind of entity that is not supported',
    'kind: embeddingModel\nname: a\ntype: google',
    '1:7 kind — expected "kind" to be one of source, authService, tool, toolset, group, prompt, resource, resourceTemplate, got the text "embeddingModel" | MCP Toolbox has it; it is not supported here yet.',
  ],
  [
    'a flat tool without a name',
    'kind: tool\ntype: clock\ndescription: d',
    '1:1 name — "name" is missing | Names have 1 to 128 letters, digits, "_", "." or "-".',
  ],
  [
    'a flat tool with a number for a name',
    'kind: tool\nname: 3\ntype: clock\ndescription: d',
    '2:7 name — the number 3 is not a valid name | Names have 1 to 128 letters, digits, "_", "." or "-".',
  ],
  [
    'a section in a flat document',
    'kind: tool\nname: t\ntype: clock\ndescription: d\ntools: {}',
    '5:1 tools.t.tools — unknown field | Valid: type, description, title, source, authRequired, readOnly, annotations, danger, timeout_ms, concurrency and 4 more.',
  ],
  // Types
  [
    'no type',
    'tools: {t: {description: d}}',
    '1:9 tools.t.type — "type" is missing | Valid: postgres-sql, pg-sql, clock.',
  ],
  [
    'an unknown type',
    'tools: {t: {kind: clok, description: d}}',
    '1:19 tools.t.kind — there is no type of tool "clok" | Did you mean "clock"?',
  ],
  [
    'an unknown type of source',
    'sources: {s: {type: postgress}}',
    '1:21 sources.s.type — there is no type of source "postgress" | Did you mean "postgres"?',
  ],
  [
    'a type that is no text',
    'tools: {t: {kind: [clock], description: d}}',
    '1:19 tools.t.kind — expected the name of a type, got a list | ',
  ],
  [
    'kind and type that differ',
    'tools: {t: {kind: clock, type: postgres-sql, description: d}}',
    '1:32 tools.t.type — "kind" and "type" mean the same and say different things | Write one of the two.',
  ],
  [
    'a placeholder for a type',
    'tools: {t: {kind: "${KIND}", description: d}}',
    '1:19 tools.t.kind — there is no type of tool "${KIND}" | Valid: postgres-sql, pg-sql, clock.',
  ],
  // Fields of tools
  ['no description', 'tools: {t: {kind: clock}}', '1:9 tools.t.description — "description" is missing | '],
  [
    'an empty description',
    'tools: {t: {kind: clock, description: "  "}}',
    '1:39 tools.t.description — must not be empty | ',
  ],
  [
    'no statement',
    `${fault_source}tools: {t: {kind: postgres-sql, source: pg, description: d}}`,
    '2:9 tools.t.statement — "statement" is missing | ',
  ],
  [
    'a misspelt field',
    toolText('parameter: []'),
    '8:5 tools.t.parameter — unknown field | Did you mean "parameters" or "templateParameters"?',
  ],
  [
    'an auth service that does not exist',
    `authServices: {google: {kind: memory-auth}}\n${toolText('authRequired: [google, gogle]')}`,
    '9:28 tools.t.authRequired[1] — there is no auth service "gogle" | Did you mean "google"?',
  ],
  [
    'an auth service that has failed',
    `authServices: {google: {kind: memory-auth, clientId: x}}\n${toolText('authRequired: [google]')}`,
    '1:44 authServices.google.clientId — unknown field | Valid: kind, type.',
    '9:20 tools.t.authRequired[0] — the auth service "google" cannot be used | Mend the faults of the auth service.',
  ],
  [
    'authServices and authSources',
    toolText('authServices: []', 'authSources: []'),
    '8:5 tools.t.authServices — unknown field | MCP Toolbox has it; it is not supported here yet.',
    '9:5 tools.t.authSources — unknown field | MCP Toolbox has it; it is not supported here yet.',
  ],
  [
    'a text for a boolean',
    toolText('readOnly: "yes"'),
    '8:15 tools.t.readOnly — expected true or false, got the text "yes" | ',
  ],
  [
    'an unknown danger',
    toolText('danger: hihg'),
    '8:13 tools.t.danger — expected "low" or "medium" or "high" or "critical", got the text "hihg" | Did you mean "high"?',
  ],
  [
    'limits out of bounds',
    toolText('timeout_ms: 0', 'concurrency: 1.5', 'max_rows: 100001', 'max_bytes: -1'),
    '8:17 tools.t.timeout_ms — must be at least 1 | ',
    '9:18 tools.t.concurrency — expected an integer, got the number 1.5 | ',
    '10:15 tools.t.max_rows — must be at most 100000 | ',
    '11:16 tools.t.max_bytes — must be at least 1 | ',
  ],
  [
    'readOnly said twice, differently',
    toolText('readOnly: false', 'annotations: {readOnlyHint: true}'),
    '9:33 tools.t.annotations.readOnlyHint — contradicts readOnly: false | Write one of the two.',
  ],
  [
    'a destructive read-only tool',
    toolText('annotations: {destructiveHint: true}'),
    '8:36 tools.t.annotations.destructiveHint — a read-only tool destroys nothing | Tools are read-only unless they say readOnly: false.',
  ],
  [
    'two titles',
    toolText('title: A', 'annotations: {title: B}'),
    '9:26 tools.t.annotations.title — contradicts the title of the tool | Write one of the two.',
  ],
  [
    'an unknown annotation',
    toolText('annotations: {readonlyHint: true}'),
    '8:19 tools.t.annotations.readonlyHint — unknown field | Did you mean "readOnlyHint"?',
  ],
  // References
  [
    'an unknown source',
    toolText().replace('source: pg', 'source: pgg'),
    '5:13 tools.t.source — there is no source "pgg" | Did you mean "pg"?',
  ],
  ['no source', toolText().replace('    source: pg\n', ''), '3:3 tools.t.source — "source" is missing | Valid: pg.'],
  [
    'a source that is not needed',
    'tools: {t: {kind: clock, source: pg, description: d}}',
    '1:34 tools.t.source — tools of this type have no source | Remove the field.',
  ],
  [
    'a source of another type',
    `${toolText()}\n---\nsources: {lite: {kind: sqlite, path: p}}\ntools: {u: {kind: postgres-sql, source: lite, statement: s, description: d}}`,
    '10:41 tools.u.source — the source "lite" is of type "sqlite"; this tool needs "postgres" | Valid: pg.',
  ],
  [
    'an unknown tool in a toolset',
    `${toolText()}\ntoolsets: {s: [t, tt]}`,
    '8:19 toolsets.s[1] — there is no tool "tt" | Did you mean "t"?',
  ],
  [
    'a tool twice in a toolset',
    `${toolText()}\ntoolsets: {s: [t, t]}`,
    '8:19 toolsets.s[1] — the tool "t" is listed twice; it is first in line 8 | ',
  ],
  [
    'a toolset that is no list',
    'toolsets: {s: hello, r: {tool: []}, q: [[a]]}',
    '1:15 toolsets.s — expected the fields of a toolset, got the text "hello" | ',
    '1:22 toolsets.r.tools — "tools" is missing | ',
    '1:26 toolsets.r.tool — unknown field | Did you mean "tools"?',
    '1:41 toolsets.q[0] — expected the name of a tool, got a list | ',
  ],
  // Sources: values are not shown
  [
    'wrong values in a source',
    'sources: {pg: {kind: postgres, host: 3, port: "secret", database: d, user: [u], password: 12345}}',
    '1:38 sources.pg.host — expected a string, got a number | ',
    '1:47 sources.pg.port — expected a number, got a text | ',
    '1:76 sources.pg.user — expected a string, got a list | ',
    '1:91 sources.pg.password — expected a string, got a number | ',
  ],
  [
    'a number out of bounds in a source',
    fault_source.replace('host: h', 'host: h, port: 70000'),
    '1:47 sources.pg.port — must be at most 65535 | ',
  ],
  [
    'an unknown field in a source',
    fault_source.replace('host: h', 'host: h, pasword: p'),
    '1:41 sources.pg.pasword — unknown field | Did you mean "password"?',
  ],
  [
    'a fault inside a union',
    fault_source.replace('host: h', 'host: h, tls: {cafile: a}'),
    '1:46 sources.pg.tls.ca_file — "ca_file" is missing | ',
    '1:47 sources.pg.tls.cafile — unknown field | Did you mean "ca_file"?',
  ],
  // Environment
  [
    'variables that are missing',
    `sources:\n  pg:\n    kind: postgres\n    host: \${A_HOST}:\${A_PORT}\n    port: \${PORT}\n    database: d\n    user: u\n    password: p`,
    '4:11 sources.pg.host — the environment variable A_HOST is not set | Set it, or write a default: ${A_HOST:value}.',
    '4:11 sources.pg.host — the environment variable A_PORT is not set | Set it, or write a default: ${A_PORT:value}.',
    '5:11 sources.pg.port — the environment variable PORT is not set | Set it, or write a default: ${PORT:value}.',
  ],
  [
    'everything at once',
    `sources: {pg: {kind: postgres}}\ntools:\n  t: {kind: postgres-sql, source: pgg, descripton: d, parameters: [{name: a}]}\ntoolsets: {s: [u]}`,
    '1:11 sources.pg.host — "host" is missing | ',
    '1:11 sources.pg.database — "database" is missing | ',
    '1:11 sources.pg.user — "user" is missing | ',
    '1:11 sources.pg.password — "password" is missing | ',
    '3:3 tools.t.description — "description" is missing | ',
    '3:3 tools.t.statement — "statement" is missing | ',
    '3:35 tools.t.source — there is no source "pgg" | Did you mean "pg"?',
    '3:40 tools.t.descripton — unknown field | Did you mean "description"?',
    '3:68 tools.t.parameters[0].type — "type" is missing | ',
    '3:68 tools.t.parameters[0].description — "description" is missing | ',
    '4:16 toolsets.s[0] — there is no tool "u" | Did you mean "t"?',
  ],
];

describe('faults', () => {
  it.each(cases)('%s', async (_name, text, ...expected) => {
    verifies('DBT-11');
    expect(await shownFaults(text)).toEqual(expected);
  });
});
