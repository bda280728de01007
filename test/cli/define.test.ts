// A tool file defined for one's tenant from the command line: all of it or nothing, shown, and deleted again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let service: LocalHttp;
let toolcrib: TestServer;
beforeAll(async () => {
  service = await startLocalHttp((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"answer": 42}');
  });
  toolcrib = await startTestServer({ config: { allowed_private: ['127.0.0.1'] } });
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

async function run(...words: readonly string[]) {
  let out = '';
  let err = '';
  const where = ['--url', toolcrib.url, '--key', toolcrib.key];
  const code = await runCli([...words, ...where], { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

function file(name: string, text: string): string {
  const path = join(toolcrib.folder, name);
  writeFileSync(path, text);
  return path;
}

const good = () => `
sources:
  answers: { kind: http, baseUrl: '${service.url}' }
tools:
  the_answer: { kind: http, source: answers, description: The answer, method: GET, path: / }
toolsets:
  deep: [the_answer]
`;

describe('toolcrib define', () => {
  it('defines what a file holds, and it can be called, listed, shown and deleted', async () => {
    const path = file('mine.yaml', good());
    const dry = await run('define', path, '--dry-run');
    expect([dry.code, dry.err]).toEqual([0, '3 definition(s) could be saved.\n']);
    expect((await run('call', 'the_answer')).code).toBe(1);
    expect(await run('define', path)).toMatchObject({ code: 0, err: '3 definition(s) saved.\n' });
    expect((await run('call', 'the_answer')).out).toContain('42');
    expect((await run('definitions', 'list')).out).toMatch(/source +answers +http .* ok\ntool +the_answer +http/);
    expect(JSON.parse((await run('definitions', 'show', 'toolset', 'deep')).out)).toMatchObject({
      fields: { tools: ['the_answer'] },
    });
    const held = await run('definitions', 'delete', 'source', 'answers');
    expect([held.code, held.err]).toEqual([1, expect.stringContaining('It is used by the tool "the_answer"')]);
    for (const words of [
      ['toolset', 'deep'],
      ['tool', 'the_answer'],
      ['source', 'answers'],
    ]) {
      expect((await run('definitions', 'delete', ...words)).code).toBe(0);
    }
  });

  it('saves nothing when anything is wrong, and says what', async () => {
    const path = file('bad.yaml', good().replace('path: /', 'path: /, colour: red'));
    const { code, err } = await run('define', path);
    expect([code, err]).toEqual([1, expect.stringContaining('tools.the_answer.colour')]);
    expect((await run('definitions', 'list')).out).not.toContain('answers');
  });

  it.each([
    ['no file', 'nothing.yaml', undefined],
    ['what is no tool file', 'odd.yaml', 'tools: {a: [}'],
    ['what cannot be defined', 'prompt.yaml', 'prompts:\n  p: {description: d}\n'],
  ])('refuses %s', async (_, name, text) => {
    const path = text === undefined ? name : file(name, text);
    expect((await run('define', path)).code).toBe(2);
  });
});
