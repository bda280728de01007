// Public OpenAPI documents, mocked by Prism, which refuses every request that is not as its document says: imported, and every
// operation called through the whole server with the account of its caller.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../server/src/base/json.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startPrism } from '../support/prism.ts';
import type { Prism } from '../support/prism.ts';
import { sampleValue } from '../support/sample-value.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/openapi/${name}`, import.meta.url));

const documents = [
  {
    name: 'petstore',
    file: 'petstore.yaml',
    guarded: 'getInventory',
    fields: { strategy: 'token', fields: { token: 'pet-token' } },
  },
  {
    name: 'museum',
    file: 'museum.yaml',
    guarded: 'getMuseumHours',
    fields: { strategy: 'username_password', fields: { user: 'ada', password: 'museum-pass' } },
  },
  {
    name: 'notion',
    file: 'notion.json',
    guarded: 'get-users',
    fields: { strategy: 'token', fields: { token: 'ntn-token' } },
  },
] as const;

let prisms: readonly Prism[] = [];
let toolcrib: TestServer;
const call = operationCaller(() => toolcrib);

interface ShownTool {
  readonly name: string;
  readonly input_schema: JsonObject;
}

beforeAll(async () => {
  prisms = await Promise.all(documents.map(({ file }) => startPrism(`openapi/${file}`)));
  const sources = documents.map(
    ({ name, file }, index) => `
  ${name}:
    kind: openapi
    document: ${fixture(file)}
    prefix: ${name}_
    base_url: ${prisms[index]?.url}
    credential: caller`,
  );
  toolcrib = await startTestServer({
    config: { allowed_private: ['127.0.0.1'] },
    tools: `sources:${sources.join('')}\n`,
  });
});
afterAll(async () => {
  await toolcrib.stop();
  await Promise.all(prisms.map((prism) => prism.stop()));
});

async function toolsOf(name: string): Promise<readonly ShownTool[]> {
  const { body } = await call('listTools', '/v1/tools');
  return (body.tools as readonly ShownTool[]).filter((tool) => tool.name.startsWith(`${name}_`));
}

const run = (tool: string, args: unknown) => call('callTool', `/v1/tools/${tool}/call`, { body: { arguments: args } });

describe.each(documents)('$name, mocked by Prism', ({ name, guarded, fields }) => {
  it('asks for an account first', async () => {
    const answer = await run(`${name}_${guarded}`, {});
    expect(answer.body.error.code).toBe('connect_required');
  });

  it('every operation is called with the account, and Prism finds nothing wrong', async () => {
    const body = { name, system: name, ...fields };
    expect((await call('createCredential', '/v1/credentials', { body })).status).toBe(201);
    const tools = await toolsOf(name);
    expect(tools.length).toBeGreaterThan(7);
    const failed: string[] = [];
    for (const tool of tools) {
      const args = sampleValue(tool.input_schema, tool.input_schema);
      const { status, text } = await run(tool.name, args);
      if (status !== 200) failed.push(`${tool.name} ${text} ${JSON.stringify(args)}`);
    }
    expect(failed).toEqual([]);
  });
});
