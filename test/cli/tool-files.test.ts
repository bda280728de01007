// The commands on tool files, as a program of its own: check for CI, migrate for files that stay in use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { verifies } from '../support/verifies.ts';

const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));
const flights = fileURLToPath(new URL('../../examples/flights/tools.yaml', import.meta.url));
let folder = '';

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'toolcrib-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function toolcrib(...words: readonly string[]) {
  const env = { PATH: process.env['PATH'] };
  const child = spawn(process.execPath, [entry, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code: code as number };
}

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

describe('check', () => {
  it('0: says what there is', async () => {
    verifies('DBT-11');
    const { out, code } = await toolcrib('check', flights, '--output', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      ok: true,
      tools: ['list_flights', 'search_flights_by_number'],
      sources: ['my-pg-instance'],
      toolsets: ['flights'],
      faults: [],
    });
    expect(await toolcrib('check', flights)).toMatchObject({ code: 0, out: expect.stringContaining('2 tool(s)') });
  });

  it('1: says every fault with its place and what would be right', async () => {
    verifies('DBT-11');
    const broken = readFileSync(flights, 'utf8').replace('kind: postgres-sql', 'kind: postgres-sq');
    const { out, code } = await toolcrib('check', write('a.yaml', broken), '--output', 'json');
    expect(code).toBe(1);
    const { ok, tools, faults } = JSON.parse(out);
    expect({ ok, tools, faults }).toEqual({
      ok: false,
      tools: ['list_flights'],
      faults: [
        {
          file: 'a.yaml',
          line: 14,
          column: 11,
          path: 'tools.search_flights_by_number.kind',
          message: 'there is no type of tool "postgres-sq"',
          hint: 'Did you mean "postgres-sql"?',
        },
      ],
    });
    const shown = await toolcrib('check', 'a.yaml');
    expect(shown).toMatchObject({ code: 1, err: '' });
    expect(shown.out).toContain('a.yaml:14:11 tools.search_flights_by_number.kind: there is no type of tool');
  });

  it('2: wrong words', async () => {
    expect(await toolcrib('check', flights, '--output', 'xml')).toMatchObject({ code: 2, out: '' });
    expect(await toolcrib('check', flights, '--json')).toMatchObject({ code: 2, out: '' });
  });

  it('the configuration: files of two tenants may use the same names', async () => {
    for (const name of ['a.yaml', 'b.yaml']) copyFileSync(flights, join(folder, name));
    const tools = [
      { path: 'a.yaml', tenant: 'a' },
      { path: 'b.yaml', tenant: 'b' },
    ];
    write('toolcrib.yaml', JSON.stringify({ tools }));
    expect(await toolcrib('check')).toMatchObject({ code: 0 });
    write('toolcrib.yaml', JSON.stringify({ prebuilt: ['postgrs'] }));
    expect(await toolcrib('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining('Did you mean "postgres"?'),
    });
  });
});

describe('migrate', () => {
  it('writes files, folders and links in place, once, with their rights, and leaves nothing beside them', async () => {
    verifies('DBT-09');
    mkdirSync(join(folder, 'tools'));
    const file = join(folder, 'tools', 'flights.yaml');
    copyFileSync(flights, file);
    chmodSync(file, 0o640);
    write('target.yaml', 'tools:\n  a:\n    kind: sqlite-sql\n    description: d # why\n');
    symlinkSync('target.yaml', join(folder, 'link.yaml'));
    const before = JSON.parse((await toolcrib('check', 'tools', '--output', 'json')).out);
    const done = await toolcrib('migrate', 'tools', 'link.yaml');
    expect(done).toEqual({ code: 0, out: '', err: 'tools/flights.yaml: is converted\nlink.yaml: is converted\n' });
    expect(JSON.parse((await toolcrib('check', 'tools', '--output', 'json')).out)).toEqual(before);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(folder, 'link.yaml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'target.yaml'), 'utf8')).toBe(
      'kind: tool\nname: a\ntype: sqlite-sql\ndescription: d # why\n',
    );
    expect(readdirSync(join(folder, 'tools'))).toEqual(['flights.yaml']);
    const converted = readFileSync(file, 'utf8');
    expect(await toolcrib('migrate', 'tools')).toMatchObject({ code: 0, err: expect.stringContaining('already') });
    expect(readFileSync(file, 'utf8')).toBe(converted);
  });

  it('--dry-run prints and writes nothing', async () => {
    verifies('DBT-09');
    copyFileSync(flights, join(folder, 'a.yaml'));
    const { out, code } = await toolcrib('migrate', '--dry-run', 'a.yaml');
    expect(code).toBe(0);
    expect(out).toContain('kind: source\nname: my-pg-instance\ntype: postgres\n');
    expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe(readFileSync(flights, 'utf8'));
  });

  it('1: a file that cannot be read stays as it is, the others are converted', async () => {
    write('broken.yaml', 'tools: {');
    copyFileSync(flights, join(folder, 'good.yaml'));
    const { code, err } = await toolcrib('migrate', 'broken.yaml', 'good.yaml', 'missing.yaml');
    expect(code).toBe(1);
    expect(err).toContain('good.yaml: is converted');
    expect(err).toContain('broken.yaml:1');
    expect(err).toContain('missing.yaml: there is no such file or folder');
    expect(readFileSync(join(folder, 'broken.yaml'), 'utf8')).toBe('tools: {');
  });

  it('2: without a file it says what migrates the database, which is another command', async () => {
    expect(await toolcrib('migrate')).toMatchObject({ code: 2, err: expect.stringContaining('toolcrib db migrate') });
    const database = await createDatabase();
    const migrated = await toolcrib('db', 'migrate', '--database-url', database.url);
    expect(migrated).toMatchObject({ code: 0, out: 'The database is up to date.\n' });
    await database.drop();
  });
});
