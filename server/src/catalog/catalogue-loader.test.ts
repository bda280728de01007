// Loading again: what is taken over, what is held, and what is closed when.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryKinds, openSources } from '../../../test/support/memory-kinds.ts';
import { verifies } from '../../../test/support/verifies.ts';
import { systemClock } from '../base/clock.ts';
import { createHttpClient } from '../base/http-client.ts';
import { createLog } from '../base/log.ts';
import type { SourceKind } from './source.ts';
import { CatalogueLoader } from './catalogue-loader.ts';
import type { LoadInput, LoadedCatalogue, LoadOptions } from './catalogue-loader.ts';

const http = createHttpClient({ allowed_private: [] });
const environment: Record<string, string> = {};
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-loader-'));
  openSources.clear();
  for (const name of Object.keys(environment)) Reflect.deleteProperty(environment, name);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function remove(name: string): void {
  rmSync(join(folder, name));
}

function createLoader(more: Partial<LoadInput> = {}): (options?: LoadOptions) => Promise<LoadedCatalogue> {
  const loader = new CatalogueLoader({
    files: [{ path: folder, scope: { kind: 'system' } }],
    environment: (name) => environment[name],
    kinds: memoryKinds,
    deps: { log: createLog({ level: 'silent' }), clock: systemClock, http },
    ...more,
  });
  return async (options) => {
    const loaded = await loader.load(options);
    if (loaded === undefined) throw new Error('Not loaded');
    return loaded;
  };
}

const source = (host: string, name = 'pg'): string =>
  `sources: {${name}: {kind: postgres, host: ${host}, database: d, user: u, password: p}}\n`;
const tool = (description: string, name = 'one', from = 'pg'): string =>
  `  ${name}: {kind: postgres-sql, source: ${from}, description: ${description}, statement: SELECT 1}\n`;

function describeTools({ catalogue }: LoadedCatalogue): Record<string, string> {
  return Object.fromEntries(catalogue.tools.map(({ name, description }) => [name, description]));
}

const shown = ({ faults }: LoadedCatalogue): readonly string[] =>
  faults.map(({ path, message }) => `${path}: ${message}`);

describe('what has not changed', () => {
  it('is the same: source, tool and version, also when text around it or the place in the file changes', async () => {
    verifies('DBT-12');
    write('a.yaml', `${source('h')}tools:\n${tool('first')}${tool('second', 'two')}`);
    const load = createLoader();
    const before = await load();
    write('a.yaml', `# A comment.\n${source('h')}\ntools:\n${tool('second', 'two')}${tool('changed')}`);
    const after = await load();
    const [one, two] = after.catalogue.tools;
    expect(after.catalogue.sources[0]?.source).toBe(before.catalogue.sources[0]?.source);
    expect(two).toBe(before.catalogue.tools[1]);
    expect(one).not.toBe(before.catalogue.tools[0]);
    expect(one?.version).not.toBe(before.catalogue.tools[0]?.version);
    before.catalogue.retire();
    expect([...openSources]).toEqual(['pg']);
  });

  it('is kept through twenty loads, and closed with the last catalogue that has it', async () => {
    verifies('DBT-12');
    let opened = 0;
    const sources = memoryKinds.sources.map((kind): SourceKind => ({
      ...kind,
      fields: kind.fields,
      open: (name) => {
        opened += 1;
        return {
          type: name,
          probe: () => Promise.resolve(),
          close: () => Promise.resolve((opened -= 1)).then(() => {}),
        };
      },
    }));
    const load = createLoader({ kinds: { ...memoryKinds, sources } });
    write('a.yaml', source('h'));
    let { catalogue } = await load();
    for (let index = 0; index < 20; index += 1) {
      write('a.yaml', `${source('h')}tools:\n${tool(`number ${index}`)}`);
      const next = await load();
      catalogue.retire();
      ({ catalogue } = next);
    }
    expect(opened).toBe(1);
    await catalogue.close();
    expect(opened).toBe(0);
  });
});

describe('what has changed', () => {
  it('is closed when the last call on the old catalogue has ended', async () => {
    verifies('DBT-12');
    write('a.yaml', source('old', 'old'));
    const load = createLoader();
    const { catalogue: first } = await load();
    first.hold();
    first.hold();
    write('a.yaml', source('new', 'new'));
    const { catalogue: second } = await load();
    first.retire();
    first.release();
    expect([...openSources]).toEqual(['old', 'new']);
    first.release();
    expect([...openSources]).toEqual(['new']);
    await second.close();
    expect([...openSources]).toEqual([]);
  });

  it('a source that comes back while a call still holds it is taken over again', async () => {
    write('a.yaml', source('h'));
    const load = createLoader();
    const { catalogue: first } = await load();
    first.hold();
    write('a.yaml', source('other'));
    const { catalogue: second } = await load();
    first.retire();
    write('a.yaml', source('h'));
    const third = await load();
    second.retire();
    first.release();
    expect(third.catalogue.sources[0]?.source).toBe(first.sources[0]?.source);
    await third.catalogue.close();
    expect([...openSources]).toEqual([]);
  });

  it('a variable of the environment is read again, and nothing else is decoded again', async () => {
    verifies('DBT-12');
    environment['HOST'] = 'a';
    write('a.yaml', source('${HOST}').replace('${HOST}', "'${HOST}'"));
    write('b.yaml', `tools:\n${tool('first')}`);
    const load = createLoader();
    const before = await load();
    const same = await load();
    expect(same.catalogue.sources[0]?.source).toBe(before.catalogue.sources[0]?.source);
    environment['HOST'] = 'b';
    const after = await load();
    expect(after.catalogue.sources[0]?.source).not.toBe(before.catalogue.sources[0]?.source);
    expect(describeTools(after)).toEqual({ one: 'first' });
    Reflect.deleteProperty(environment, 'HOST');
    const held = await load();
    expect(held.catalogue.held.map(({ faults }) => faults[0]?.message)).toEqual([
      'the environment variable HOST is not set',
    ]);
    expect(held.catalogue.sources[0]?.source).toBe(after.catalogue.sources[0]?.source);
  });
});

describe('a broken file', () => {
  const good = `${source('h')}tools:\n${tool('first')}${tool('second', 'two')}`;
  // oxfmt-ignore
  const broken: readonly (readonly [string, string, string])[] = [
    ['a tool that worked', good.replace('description: first', 'descripton: first').replace('second', 'changed'), 'tools.one.descripton: unknown field'],
    ['a source that worked', good.replace('host: h', 'hots: h').replace('second', 'changed'), 'sources.pg.hots: unknown field'],
    ['YAML that cannot be read', `${good}{`, 'documents[0]: the YAML is not valid: '],
    ['a section that is misspelt', good.replace('tools:', 'toools:'), 'toools: unknown field'],
    ['a second document that cannot be read', `${good}---\n"`, 'documents[1]: the YAML is not valid: '],
  ];

  it.each(broken)('%s: held as a whole, and said', async (_name, text, fault) => {
    verifies('DBT-12');
    write('a.yaml', good);
    write('b.yaml', `tools:\n${tool('third', 'three')}`);
    const load = createLoader();
    const before = await load();
    expect(shown(before)).toEqual([]);
    write('a.yaml', text);
    write('b.yaml', `tools:\n${tool('changed', 'three')}`);
    const held = await load();
    expect(describeTools(held)).toEqual({ one: 'first', two: 'second', three: 'changed' });
    expect(shown(held).join('\n')).toContain(fault);
    expect(held.catalogue.held.map(({ file }) => file)).toEqual([join(folder, 'a.yaml')]);
    expect(held.catalogue.failed).toEqual([]);
    write('a.yaml', good.replace('second', 'healed'));
    const healed = await load();
    expect(shown(healed)).toEqual([]);
    expect(healed.catalogue.held).toEqual([]);
    expect(describeTools(healed)).toEqual({ one: 'first', two: 'healed', three: 'changed' });
  });

  it('is held when it is too large or no text, and not when it is gone', async () => {
    write('a.yaml', good);
    const load = createLoader();
    await load();
    write('a.yaml', 'x'.repeat(1024 * 1024 + 1));
    const held = await load();
    expect(Object.keys(describeTools(held))).toEqual(['one', 'two']);
    expect(held.catalogue.held).toHaveLength(1);
    remove('a.yaml');
    const gone = await load();
    expect(describeTools(gone)).toEqual({});
    expect(shown(gone)).toEqual([': the folder holds no file *.yaml or *.yml']);
  });

  it('is taken when it has only faults that it had before', async () => {
    const faulty = `${good}${tool('third', 'three', 'none')}`;
    write('a.yaml', faulty);
    const load = createLoader();
    expect(Object.keys(describeTools(await load()))).toEqual(['one', 'two']);
    write('a.yaml', faulty.replace('first', 'changed'));
    const taken = await load();
    expect(describeTools(taken)).toEqual({ one: 'changed', two: 'second' });
    expect(taken.catalogue.held).toEqual([]);
    expect(taken.catalogue.failed.map(({ name }) => name)).toEqual(['three']);
  });

  it('is taken when what is new in it is faulty: nothing is lost', async () => {
    write('a.yaml', good);
    const load = createLoader();
    await load();
    write('a.yaml', `${good.replace('first', 'changed')}${tool('third', 'three', 'none')}`);
    const taken = await load();
    expect(describeTools(taken)).toEqual({ one: 'changed', two: 'second' });
    expect(taken.catalogue.failed.map(({ name, faults }) => [name, faults[0]?.message])).toEqual([
      ['three', 'there is no source "none"'],
    ]);
  });

  it('is held with the files that need what is only in its new text', async () => {
    write('a.yaml', source('h'));
    write('b.yaml', `tools:\n${tool('first')}`);
    const load = createLoader();
    await load();
    write('a.yaml', `${source('h')}tools: {bad: {kind: clock, description: d}}\n`.replace('host: h', 'hots: h'));
    write('b.yaml', `tools:\n${tool('changed', 'one', 'bad')}`);
    const held = await load();
    expect(describeTools(held)).toEqual({ one: 'first' });
    expect(held.catalogue.held.map(({ file }) => file)).toEqual([join(folder, 'a.yaml'), join(folder, 'b.yaml')]);
  });

  it('is not held where that would not help: its old text has lost its source too', async () => {
    write('a.yaml', source('h'));
    write('b.yaml', `tools:\n${tool('first')}${tool('second', 'two')}`);
    const load = createLoader();
    await load();
    write('a.yaml', source('h', 'renamed'));
    write('b.yaml', `tools:\n${tool('changed', 'one', 'renamed')}${tool('second', 'two')}`);
    const taken = await load();
    expect(describeTools(taken)).toEqual({ one: 'changed' });
    expect(taken.catalogue.held).toEqual([]);
    expect(shown(taken)).toEqual(['tools.two.source: there is no source "pg"']);
  });
});

describe('strict', () => {
  it('keeps everything as it was while anything is wrong, and takes everything once it is mended', async () => {
    verifies('DBT-12');
    write('a.yaml', `${source('h')}tools:\n${tool('first')}`);
    write('b.yaml', `tools:\n${tool('second', 'two')}`);
    const load = createLoader({ strict: true });
    await load();
    write('a.yaml', `${source('h')}tools:\n${tool('changed')}`);
    remove('b.yaml');
    write('c.yaml', `tools:\n${tool('third', 'three', 'none')}`);
    const held = await load();
    expect(describeTools(held)).toEqual({ one: 'first', two: 'second' });
    expect(shown(held)).toEqual(['tools.three.source: there is no source "none"']);
    expect(held.catalogue.held.map(({ file }) => file)).toEqual([join(folder, 'c.yaml')]);
    write('c.yaml', `tools:\n${tool('third', 'three')}`);
    const taken = await load();
    expect(describeTools(taken)).toEqual({ one: 'changed', three: 'third' });
    expect(taken.catalogue.held).toEqual([]);
  });

  it('refuses the first load', async () => {
    write('a.yaml', `tools:\n${tool('first')}`);
    await expect(createLoader({ strict: true })()).rejects.toMatchObject({ code: 'config_invalid' });
    expect([...openSources]).toEqual([]);
  });
});

describe('files that are being changed', () => {
  it('count as they were, also when they are gone for a moment, and new ones not yet', async () => {
    write('a.yaml', `${source('h')}tools:\n${tool('first')}`);
    write('b.yaml', `tools:\n${tool('second', 'two')}`);
    const load = createLoader();
    await load();
    remove('a.yaml');
    write('b.yaml', `tools:\n${tool('changed', 'two')}`);
    write('c.yaml', 'tools:\n');
    const unsettled = new Set(['a.yaml', 'c.yaml'].map((name) => join(folder, name)));
    const loaded = await load({ unsettled });
    expect(describeTools(loaded)).toEqual({ one: 'first', two: 'changed' });
    expect(shown(loaded)).toEqual([]);
  });

  it('nothing is loaded when they change while they are read', async () => {
    write('a.yaml', source('h'));
    await expect(createLoader()({ isStill: () => Promise.resolve(false) })).rejects.toThrow('Not loaded');
  });
});
