// Packs in a running server: found, loaded, turned on by tenants, changed and taken away while calls run.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPackWorld } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { verifies } from '../support/verifies.ts';

const seedManifest = readFileSync(new URL('../fixtures/packs/seed-manifest.yaml', import.meta.url), 'utf8');

/** The twin of the seed's Python. */
const seedTools = `
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';

export const line_send_message = defineTool({
  name: 'line.send_message',
  description: 'Send LINE messages via remote service',
  category: 'social_media',
  danger: 'medium',
  input: z.object({ to: z.string(), messages: z.array(z.looseObject({})) }),
  run: ({ to, messages }, ctx) => ctx.config.base_url + ' ' + ctx.config.api_token!.toString().length + ' ' + to + ' ' + messages.length,
});

export const wp_publish_post = defineTool({
  name: 'wp.publish_post',
  description: 'Publish a post',
  input: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'], additionalProperties: false },
  run: ({ title }) => ({ published: title }),
});
`;

const notes = (type: string, run: string): Record<string, string> => ({
  'notes/manifest.yaml': `
code: notes
display_name: Notes
version: "1.0.0"
type: ${type}
tools:
  - { name: notes_now, backend: "notes.tools:now" }
`,
  'notes/tools.ts': `
import { defineTool } from '@toolcrib/client';
import { helper } from './lib/helper.ts';
export const now = defineTool({
  name: 'notes_now', description: 'Says.', read_only: true,
  input: { type: 'object', additionalProperties: false },
  run: async (args, ctx) => { ${run} },
});
`,
  'notes/lib/helper.ts': `export const helper: string = 'one';\n`,
});

describe('the manifest of the seed', () => {
  let world: PackWorld;
  beforeAll(async () => {
    world = await startPackWorld({
      packs: {
        'capabilities/system/your_remote_tools/manifest.yaml': seedManifest,
        'capabilities/system/your_remote_tools/tools.ts': seedTools,
      },
      environment: (name) =>
        ({ YOUR_REMOTE_TOOLS_BASE_URL: 'https://tools.example', YOUR_REMOTE_TOOLS_API_TOKEN: 'token-of-nine' })[name],
    });
  });
  afterAll(() => world.stop());

  test('loads unchanged, in a nested folder, and its tools are called', async () => {
    verifies('PAK-01');
    expect(world.log_lines.filter((line) => line.includes('pack-faulty'))).toEqual([]);
    const { body } = await world.request('GET', '/v1/packs/your_remote_tools');
    expect(body).toMatchObject({ type: 'system', enabled: true, configured: true, version: '1.0.0' });
    expect(body.tool_list).toMatchObject([
      { name: 'line.send_message', provider: 'your-service', category: 'social_media', danger: 'medium' },
      { name: 'wp.publish_post', source_type: 'function', danger: 'medium' },
    ]);
    const sent = await world.call('line.send_message', { to: 'U1', messages: [{ type: 'text', text: 'hi' }] });
    expect(sent).toMatchObject({ status: 200, value: 'https://tools.example 13 U1 1' });
    expect(await world.call('wp.publish_post', { title: 'x' })).toMatchObject({ value: { published: 'x' } });
  });

  test('holds arguments to the schema', async () => {
    const { status, error } = await world.call('line.send_message', { to: 7, messages: [] });
    expect({ status, code: error.code, path: error.faults[0].path }).toEqual({
      status: 400,
      code: 'arguments_invalid',
      path: 'to',
    });
  });
});

describe('a feature pack', () => {
  let world: PackWorld;
  beforeAll(async () => {
    world = await startPackWorld({ packs: notes('feature', 'return helper;'), tenants: ['acme', 'globex'] });
  });
  afterAll(() => world.stop());

  test('is there for the tenants that have turned it on, and for no other', async () => {
    verifies('PAK-03');
    const { acme, globex } = world.keys;
    expect(await world.call('notes_now', {}, acme)).toMatchObject({ status: 404, error: { code: 'tool_not_found' } });
    const turned = await world.request('PUT', '/v1/packs/notes', { key: acme ?? '', body: { enabled: true } });
    expect(turned.body).toMatchObject({ code: 'notes', enabled: true });
    expect(await world.call('notes_now', {}, acme)).toMatchObject({ status: 200, value: 'one' });
    expect(await world.call('notes_now', {}, globex)).toMatchObject({ status: 404 });
    await world.request('PUT', '/v1/packs/notes', { key: acme ?? '', body: { enabled: false } });
    expect(await world.call('notes_now', {}, acme)).toMatchObject({ status: 404 });
  });
});

describe('packs in nested folders', () => {
  let world: PackWorld;
  const pack = (folder: string, code: string): Record<string, string> => ({
    [`${folder}/manifest.yaml`]: `
code: ${code}
display_name: One
version: "1.0.0"
type: system
tools:
  - { name: ${code}_now, description: Says., input_schema: { type: object }, backend: "tools:now" }
`,
    [`${folder}/tools.ts`]: `export const now = () => '${code}';`,
  });
  beforeAll(async () => {
    world = await startPackWorld({
      packs: {
        ...{ ...pack('office/mail', 'mail'), ...pack('office/files/drive', 'drive'), ...pack('plain', 'plain') },
        ...pack('plain/within', 'within'),
      },
    });
  });
  afterAll(() => world.stop());

  test('are found beside and below each other, and not within a pack', async () => {
    verifies('PAK-01');
    const { body } = await world.request('GET', '/v1/packs');
    expect(body.packs.map(({ code }: { code: string }) => code).toSorted()).toEqual(['drive', 'mail', 'plain']);
    for (const code of ['drive', 'mail']) expect(await world.call(`${code}_now`)).toMatchObject({ value: code });
  });
});

describe('while the server runs', () => {
  let world: PackWorld;
  const waiting = `const { promise, resolve } = Promise.withResolvers(); globalThis.packTest.resolve = resolve; globalThis.packTest.begun(); await promise; return helper;`;
  beforeAll(async () => {
    world = await startPackWorld({ packs: notes('system', waiting) });
  });
  afterAll(() => world.stop());

  test('a changed pack is loaded anew, a call in flight ends on the old code, a pack that goes takes its tools along', async () => {
    verifies('PAK-03');
    const shared: { resolve?: () => void; begun?: () => void } = {};
    Object.assign(globalThis, { packTest: shared });
    const begun = new Promise<void>((resolve) => (shared.begun = resolve));
    const first = world.call('notes_now');
    await begun;
    await world.write('notes/lib/helper.ts', `export const helper: string = 'two';\n`);
    await world.write('notes/tools.ts', notes('system', 'return helper;')['notes/tools.ts'] ?? '');
    expect(await world.call('notes_now')).toMatchObject({ value: 'two' });
    await world.remove('notes');
    expect(await world.call('notes_now')).toMatchObject({ status: 404 });
    shared.resolve?.();
    expect(await first).toMatchObject({ status: 200, value: 'one' });
  });

  test('a pack that is broken by a change goes on as it was', async () => {
    for (const [path, text] of Object.entries(notes('system', 'return helper;'))) await world.write(path, text);
    await world.write('notes/tools.ts', 'export const now = ;');
    expect(await world.call('notes_now')).toMatchObject({ value: 'one' });
    expect(world.log_lines.some((line) => line.includes('pack-faulty') && line.includes('tools.ts'))).toBe(true);
  });

  test('it is seen without being told', async () => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${world.packs_folder}/notes/tools.ts`, notes('system', `return 'three';`)['notes/tools.ts'] ?? '');
    await expect.poll(async () => (await world.call('notes_now')).value, { timeout: 15_000 }).toBe('three');
  });
});
