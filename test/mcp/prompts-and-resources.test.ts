// Prompts and resources of the toolbox's format over MCP: what is offered, to whom, and what no address reaches.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handshakeRequest, statelessRequest } from '../support/mcp-request.ts';
import type { McpRequest } from '../support/mcp-request.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const tools = `
prompts:
  review:
    description: Begins a review.
    arguments:
      - {name: code, description: What to review}
      - {name: depth, type: integer, description: How deep, default: 2}
    messages:
      - {role: assistant, content: I review.}
      - content: "Depth {{.depth}}: {{ .code }}"
  hello: {messages: [{content: Hello.}]}
---
kind: resource
name: greeting
type: text
text: Good morning.
annotations: {audience: [user], priority: 0.5}
---
kind: resource
name: guide
type: file
uri: file:///guide.md
path: docs/guide.md
title: The guide
---
kind: resourceTemplate
name: manual
type: file
uriTemplate: file:///manual/{path}
allowedPaths: [docs, more]
maxSize: 1000
---
kind: group
name: reviewing
description: For reviews only.
tools: []
prompts: [review]
resources: [guide]
resourceTemplates: [manual]
`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    tools,
    tools_of: 'acme',
    tenants: ['acme', 'other'],
    files: {
      'docs/guide.md': '# Guide',
      'docs/deep/page.txt': 'deep',
      'docs/big.txt': 'x'.repeat(1_001),
      'more/second.txt': 'second',
      'secret.txt': 'marker-secret',
    },
  });
  writeFileSync(join(server.folder, 'docs', 'bytes.bin'), Buffer.from([0xff, 0xfe, 0x00]));
  symlinkSync('../secret.txt', join(server.folder, 'docs', 'link.txt'));
  symlinkSync('/etc', join(server.folder, 'docs', 'etc'));
  mkdirSync(join(server.folder, 'docs', 'folder.txt'));
});
afterAll(() => server.stop());

const ask = (request: McpRequest, options: { readonly key?: string; readonly path?: string } = {}): Promise<Answer> =>
  server.request('POST', options.path ?? '/mcp', {
    ...handshakeRequest(request),
    ...(options.key === undefined ? {} : { key: options.key }),
  });
const get = (params: Readonly<Record<string, unknown>>) => ask({ method: 'prompts/get', params });
const read = (uri: string) => ask({ method: 'resources/read', params: { uri } });

describe('prompts', () => {
  test('are listed with their arguments', async () => {
    const { body } = await ask({ method: 'prompts/list' });
    expect(body.result).toEqual({
      prompts: [
        { name: 'hello', arguments: [] },
        {
          name: 'review',
          description: 'Begins a review.',
          arguments: [
            { name: 'code', description: 'What to review', required: true },
            { name: 'depth', description: 'How deep', required: false },
          ],
        },
      ],
    });
  });

  test('are filled with texts, which are numbers where numbers are wanted', async () => {
    const { body } = await get({ name: 'review', arguments: { code: '{{.depth}} $& `x`', depth: '3' } });
    expect(body.result).toEqual({
      description: 'Begins a review.',
      messages: [
        { role: 'assistant', content: { type: 'text', text: 'I review.' } },
        { role: 'user', content: { type: 'text', text: 'Depth 3: {{.depth}} $& `x`' } },
      ],
    });
    expect((await get({ name: 'review', arguments: { code: 'c' } })).text).toContain('Depth 2: c');
  });

  test.each([
    ['an unknown name', { name: 'revew' }, 'prompt_not_found', 'Did you mean \\"review\\"'],
    ['a missing argument', { name: 'review' }, 'arguments_invalid', 'code'],
    ['a wrong argument', { name: 'review', arguments: { code: 'c', depth: 'x' } }, 'arguments_invalid', 'depth'],
    ['an unknown argument', { name: 'review', arguments: { code: 'c', dept: '1' } }, 'arguments_invalid', 'dept'],
  ])('are refused for %s', async (_case, params, code, text) => {
    const answer = await get(params);
    expect(answer.body.error).toMatchObject({ code: -32_602, data: { code } });
    expect(answer.text).toContain(text);
  });
});

describe('resources', () => {
  test('are listed with what they say of themselves', async () => {
    const { body } = await ask({ method: 'resources/list' });
    expect(body.result.resources).toEqual([
      {
        uri: 'text://greeting',
        name: 'greeting',
        mimeType: 'text/plain',
        size: 13,
        annotations: { audience: ['user'], priority: 0.5 },
      },
      { uri: 'file:///guide.md', name: 'guide', title: 'The guide', mimeType: 'text/markdown' },
    ]);
    const templates = await ask({ method: 'resources/templates/list' });
    expect(templates.body.result.resourceTemplates).toEqual([
      { uriTemplate: 'file:///manual/{path}', name: 'manual', mimeType: 'text/plain' },
    ]);
  });

  test.each([
    ['text://greeting', { mimeType: 'text/plain', text: 'Good morning.' }],
    ['file:///guide.md', { mimeType: 'text/markdown', text: '# Guide' }],
    ['file:///manual/guide.md', { mimeType: 'text/plain', text: '# Guide' }],
    ['file:///manual/deep/page.txt', { mimeType: 'text/plain', text: 'deep' }],
    ['file:///manual/deep%2Fpage.txt', { mimeType: 'text/plain', text: 'deep' }],
    ['file:///manual/second.txt', { mimeType: 'text/plain', text: 'second' }],
    ['file:///manual/bytes.bin', { mimeType: 'text/plain', blob: '//4A' }],
  ])('are read: %s', async (uri, content) => {
    expect((await read(uri)).body.result).toEqual({ contents: [{ uri, ...content }] });
  });

  test.each([
    'file:///manual/../secret.txt',
    'file:///manual/..%2Fsecret.txt',
    'file:///manual/%2e%2e/secret.txt',
    String.raw`file:///manual/..\secret.txt`,
    'file:///manual/deep/../../secret.txt',
    'file:///manual//etc/passwd',
    'file:///manual/%2Fetc%2Fpasswd',
    'file:///manual/link.txt',
    'file:///manual/etc/passwd',
    'file:///manual/guide.md%00.txt',
    'file:///manual/%ff',
    'file:///manual/folder.txt',
    'file:///manual/',
    'file:///manual/missing.txt',
    'file:///etc/passwd',
    'FILE:///guide.md',
  ])('A15: nothing outside is read: %s', async (uri) => {
    const answer = await read(uri);
    expect(answer.body.error).toMatchObject({ code: -32_602, data: { code: 'resource_not_found' } });
    expect(answer.text).not.toMatch(/marker|root:|toolcrib-test/);
  });

  test('that are too large are refused', async () => {
    expect((await read('file:///manual/big.txt')).body.error.data.code).toBe('result_too_large');
  });
});

describe('a group', () => {
  test('offers what it names, and tells what it is for', async () => {
    const path = '/mcp/reviewing';
    expect((await ask({ method: 'prompts/list' }, { path })).body.result.prompts).toHaveLength(1);
    expect((await ask({ method: 'resources/list' }, { path })).body.result.resources).toHaveLength(1);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const hello = await ask({ method: 'initialize', params }, { path });
    expect(hello.body.result.instructions).toBe('For reviews only.');
    const discovered = await server.request('POST', path, statelessRequest({ method: 'server/discover' }));
    expect(discovered.body.result.instructions).toBe('For reviews only.');
    const hidden = await ask({ method: 'resources/read', params: { uri: 'text://greeting' } }, { path });
    expect(hidden.body.error.data.code).toBe('resource_not_found');
  });
});

test("another tenant's are neither listed nor read", async () => {
  verifies('TEN-01');
  const key = server.keys['other'] ?? '';
  for (const method of ['prompts/list', 'resources/list', 'resources/templates/list']) {
    expect(Object.values((await ask({ method }, { key })).body.result)).toEqual([[]]);
  }
  const prompt = await ask({ method: 'prompts/get', params: { name: 'hello' } }, { key });
  expect(prompt.body.error.data.code).toBe('prompt_not_found');
  const resource = await ask({ method: 'resources/read', params: { uri: 'text://greeting' } }, { key });
  expect(resource.body.error.data.code).toBe('resource_not_found');
  expect((await ask({ method: 'prompts/list' }, { key: 'tc_1_2' })).status).toBe(401);
});
