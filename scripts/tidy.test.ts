import { describe, expect, test } from 'vitest';
import { tidy as tidyWith } from './tidy.ts';
import type { RepositoryFile } from './tidy/source-file.ts';

const header = '// Says what this file is for, in one sentence.\n';

const tidy = (files: readonly RepositoryFile[]) => tidyWith(files, { files: {}, functions: {} });

function messages(path: string, code: string): readonly string[] {
  return tidy([{ path, text: header + code }]).map((finding) => finding.message);
}

// Texts that tidy would find in this very file are put together here.
const machine_path = ['', 'work', 'main', 'x'].join('/');
const host = 'https://host/a.tgz';
const issue_number = ['issue', '12'].join(' ');

const broken: readonly (readonly [rule: string, path: string, code: string, message: RegExp])[] = [
  ['a lower layer imports a higher', 'server/src/base/a.ts', "import '../store/b.ts';", /base\/ is below store\//],
  ['dynamic imports count', 'server/src/base/a.ts', "await import('../store/b.ts');", /base\/ is below store\//],
  ['exports from elsewhere count', 'server/src/base/a.ts', "export * from '../cli/b.ts';", /base\/ is below cli\//],
  ['a kind imports the store', 'server/src/kinds/a/a.ts', "import '../../store/b.ts';", /kinds\/ imports only base\//],
  ['a layer nobody knows', 'server/src/utils/a.ts', 'export {};', /is not a layer/],
  ['the root is above surfaces', 'server/src/surfaces/a.ts', "import '../server.ts';", /surfaces\/ is below top\//],
  ['the server imports tests', 'server/src/base/a.ts', "import '../../../test/support/b.ts';", /nothing of test\//],
  ['the client imports the server', 'client/src/a.ts', "import '../../server/src/base/b.ts';", /nothing of server\//],
  ['the client has dependencies', 'client/src/a.ts', "import 'zod';", /no dependencies/],
  ['the dashboard imports the server', 'dashboard/a.ts', "import '../server/src/b.ts';", /nothing of server\//],
  ['a surface knows SQL', 'server/src/surfaces/a.ts', "import 'pg';", /"pg" is used only in store\//],
  ['a part of a package counts', 'server/src/base/a.ts', "import 'kysely/helpers/postgres';", /"kysely" is used only/],
  ['an import without ending', 'server/src/base/a.ts', "import './b';", /write ".\/b.ts"/],
  ['the environment', 'server/src/store/a.ts', 'export const a = process.env.HOME;', /base\/config.ts/],
  ['the environment by name', 'client/src/a.ts', "export const a = process['env'];", /base\/config.ts/],
  ['the time', 'server/src/store/a.ts', 'export const a = Date.now();', /take a Clock/],
  ['a new date', 'server/src/store/a.ts', 'export const a = new Date();', /take a Clock/],
  ['performance.now', 'server/src/store/a.ts', 'export const a = performance.now();', /take a Clock/],
  ['randomness', 'client/src/a.ts', 'export const a = Math.random();', /can be guessed/],
  ['a random id', 'server/src/store/a.ts', 'export const a = crypto.randomUUID();', /take Ids/],
  ['an imported random id', 'server/src/store/a.ts', 'export const a = randomUUID();', /take Ids/],
  ['fetch', 'server/src/cli/a.ts', "await fetch('http://a');", /take an HttpClient/],
  ['fetch of the global object', 'server/src/cli/a.ts', "await globalThis.fetch('http://a');", /take an HttpClient/],
  ['fetch handed on', 'server/src/kinds/a.ts', 'new Transport(url, { fetch });', /take an HttpClient/],
  ['fetch under another name', 'server/src/kinds/a.ts', 'const send = fetch;', /take an HttpClient/],
  ['a web socket', 'server/src/kinds/a.ts', 'new WebSocket(url);', /take an HttpClient/],
  ['an event source', 'server/src/kinds/a.ts', 'new EventSource(url);', /take an HttpClient/],
  ['a socket', 'server/src/interactions/a.ts', "import 'node:net';", /"node:net" is used only in base\//],
  ['HTTP/2', 'server/src/kinds/a.ts', "import 'node:http2';", /take an HttpClient/],
  ['a look-up of a name', 'server/src/kinds/a.ts', "import 'node:dns/promises';", /take an HttpClient/],
  ['http.request', 'server/src/cli/a.ts', "http.request('http://a');", /take an HttpClient/],
  ['a plain error', 'server/src/store/a.ts', "throw new Error('no');", /new ToolcribError/],
  ['a range error', 'server/src/store/a.ts', "throw new RangeError('no');", /new ToolcribError/],
  [
    'an accessor in a literal',
    'server/src/store/a.ts',
    'export const a = { get b() { return 1; } };',
    /die young|dying young/,
  ],
  ['a sleep', 'test/a/a.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 100));', /do not sleep/],
  ['a sleep by call', 'test/a/a.test.ts', 'await new Promise((r) => setTimeout(() => r(1), 9));', /do not sleep/],
  ['a sleep by name', 'server/src/base/a.test.ts', 'await sleep(100);', /do not sleep/],
  ['a sleep of node:timers', 'test/a/a.test.ts', 'await setTimeout(100);', /do not sleep/],
  ['a focused test', 'test/a/a.test.ts', "test.only('a', () => {});", /remove .only/],
  ['a focused group', 'test/a/a.test.ts', "describe.concurrent.only('a', () => {});", /remove .only/],
  ['a skipped test', 'test/a/a.test.ts', "test.skip('a', () => {});", /says why/],
  ['a conditional test', 'test/a/a.test.ts', "test.skipIf(true)('a', () => {});", /says why/],
  ['a long file', 'test/a/a.ts', 'export {};\n'.repeat(401), /401 code lines/],
  ['a long function', 'bench/a.ts', `function long() {\n${'call();\n'.repeat(70)}}`, /long\(\) has 72 code lines/],
  ['a long arrow', 'bench/a.ts', `const long = () => {\n${'call();\n'.repeat(70)}};`, /long\(\) has 72 code lines/],
  ['parameters', 'server/src/base/a.ts', 'export function f(a, b, c, d) {}', /f\(\) has 4 parameters/],
  ['private parameters', 'server/src/base/a.ts', 'function f(a, b, c, d, e) {}', /limit is 4/],
  ['a file name', 'server/src/base/someThing.ts', 'export {};', /"someThing" is not kebab-case/],
  ['a folder name', 'server/src/base/Some/a.ts', 'export {};', /"Some" is not kebab-case/],
  ['a barrel', 'server/src/base/index.ts', 'export {};', /No barrels/],
  ['a machine path', 'docs/a.md', `see ${machine_path}`, /one machine/],
  ['an issue number', 'bench/a.ts', `// for ${issue_number}`, /means nothing/],
  ['a registry host', 'package-lock.json', `"resolved": "${host}"`, /registry host/],
];

const fine: readonly (readonly [rule: string, path: string, code: string])[] = [
  ['a higher layer imports a lower', 'server/src/surfaces/rest/a.ts', "import '../../base/b.ts';"],
  ['the CLI starts the server', 'server/src/cli/a.ts', "import '../server.ts';"],
  ['kinds import their contract', 'server/src/kinds/a/a.ts', "import '../../catalog/source.ts';\nimport 'pg';"],
  ['a unit test imports support', 'server/src/base/a.test.ts', "import '../../../test/support/verifies.ts';"],
  ['the dashboard imports the client', 'dashboard/a.ts', "import '../client/src/index.ts';"],
  ['a package of the same beginning', 'server/src/surfaces/a.ts', "import 'pg-types';"],
  ['the one reader of the environment', 'server/src/base/config.ts', 'export const a = process.env.HOME;'],
  ['the one clock', 'server/src/base/clock.ts', 'export const a = Date.now();'],
  ['a date of a known time', 'server/src/store/a.ts', 'export const a = new Date(0);'],
  ['words in strings and comments', 'server/src/store/a.ts', "// process.env\nexport const a = 'Date.now()';"],
  ['a fetch of its own', 'server/src/kinds/a.ts', 'const fetch = guarded(http);\nconfigure({ fetch });'],
  ['a method named fetch', 'server/src/store/a.ts', 'cursor.fetch(1);'],
  ['a broken invariant', 'server/src/store/a.ts', "throw new TypeError('linked to a source without SQL');"],
  ['a thrown variable', 'server/src/store/a.ts', 'throw error;'],
  ['a time limit in a test', 'test/a/a.test.ts', 'await new Promise((_, reject) => setTimeout(() => reject(1), 9));'],
  ['a callback by timer', 'test/a/a.test.ts', 'setTimeout(() => stop(), 9);'],
  ['a skip with its reason', 'test/a/a.test.ts', "// Skipped: needs a license.\ntest.skip('a', () => {});"],
  ['a property named only', 'test/a/a.test.ts', 'options.only;'],
  ['comments and blanks are not code', 'bench/a.ts', `export {};\n${'// why\n\n'.repeat(500)}`],
  ['a long test', 'test/a/a.test.ts', `test('a', () => {\n${'call();\n'.repeat(80)}});`],
  ['the public entry', 'client/src/index.ts', 'export {};'],
  ['fixed names', 'docs/decisions/README.md', ''],
];

test.each(broken)('refuses: %s', (_rule, path, code, message) => {
  expect(messages(path, code)).toEqual([expect.stringMatching(message)]);
});

test.each(fine)('accepts: %s', (_rule, path, code) => {
  expect(messages(path, code)).toEqual([]);
});

test('a finding names the file, the line and the replacement', () => {
  const text = `${header}\nexport const a = Date.now();\n`;
  expect(tidy([{ path: 'server/src/store/a.ts', text }])).toEqual([
    {
      path: 'server/src/store/a.ts',
      line: 3,
      message: 'The time is passed in: take a Clock (base/clock.ts) and call now() or monotonic()',
    },
  ]);
});

describe('headers', () => {
  const headers = (path: string, text: string): number => tidy([{ path, text }]).length;

  test('a source file without one is refused', () => {
    expect(headers('server/src/base/a.ts', 'export const a = 1;\n// A comment further down, after the code.\n')).toBe(
      1,
    );
    expect(headers('server/src/base/a.ts', '// short\nexport const a = 1;\n')).toBe(1);
  });

  test('it may follow the line that names the interpreter', () => {
    expect(headers('server/bin/a.js', `#!/usr/bin/env node\n${header}`)).toBe(0);
  });
});

describe('migrations', () => {
  const migration = (name: string, text = '-- Makes the tables of this and that.\n') => ({
    path: `server/src/store/migrations/${name}`,
    text,
  });

  test('one without a header is refused', () => {
    expect(tidy([migration('0001-a.sql', 'create table a ();\n')])).toMatchObject([
      { message: expect.stringMatching(/No header/) as string },
    ]);
  });

  test('numbers follow each other', () => {
    expect(tidy([migration('0001-a.sql'), migration('0002-b.sql'), migration('roles.sql')])).toEqual([]);
  });

  test('a gap and a repeated number are refused', () => {
    expect(tidy([migration('0001-a.sql'), migration('0003-b.sql')])).toMatchObject([
      { message: expect.stringMatching(/is 0002-/) as string },
    ]);
    expect(tidy([migration('0001-a.sql'), migration('0001-b.sql')])).toMatchObject([
      { message: expect.stringMatching(/is 0002-/) as string },
    ]);
  });
});

describe('decision records', () => {
  const record = (name: string, text = '# 0001 A\n\n*2026-01-31*\n') => ({ path: `docs/decisions/${name}`, text });

  test('a dated record with its own number is fine', () => {
    expect(
      tidy([record('0001-a.md'), record('0002-b.md'), record('README.md', ''), record('template.md', '')]),
    ).toEqual([]);
  });

  test('no date, no number, and a number used twice are refused', () => {
    expect(tidy([record('0001-a.md', '# 0001 A\n')])).toMatchObject([
      { message: expect.stringMatching(/is dated/) as string },
    ]);
    expect(tidy([record('a.md')])).toMatchObject([{ message: expect.stringMatching(/named NNNN-/) as string }]);
    expect(tidy([record('0001-a.md'), record('0001-b.md')])).toMatchObject([
      { message: expect.stringMatching(/has this number/) as string },
    ]);
  });
});

describe('exceptions from the sizes', () => {
  const path = 'bench/a.ts';
  const text = `${header}function long() {\n${'call();\n'.repeat(400)}}\n`;

  test('a listed file and function may be longer', () => {
    const exceptions = { files: { [path]: 'A table.' }, functions: { [`${path}#long`]: 'A table.' } };
    expect(tidyWith([{ path, text }], exceptions)).toEqual([]);
  });

  test('one that is not needed any more is refused', () => {
    const exceptions = { files: { [path]: 'A table.' }, functions: { [`${path}#long`]: 'A table.' } };
    expect(tidyWith([{ path, text: header }], exceptions).map((finding) => finding.message)).toEqual([
      'The exception for bench/a.ts is not needed any more: remove it',
      'The exception for bench/a.ts#long is not needed any more: remove it',
    ]);
  });
});
