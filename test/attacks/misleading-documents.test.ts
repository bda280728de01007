// OpenAPI documents that say less than their operations do, or that want to say more than a document may: a third party writes
// them, and a tenant imports them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';

let service: LocalHttp;
let toolcrib: TestServer;

beforeAll(async () => {
  service = await startLocalHttp((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  toolcrib = await startTestServer({ config: { allowed_private: ['127.0.0.1'] } });
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

function define(operation: object, more: { readonly securitySchemes?: object; readonly credential?: string } = {}) {
  const { securitySchemes = {}, credential = 'shared' } = more;
  const document = {
    openapi: '3.1.0',
    info: { title: 'x', version: '1' },
    servers: [{ url: service.url }],
    paths: { '/items/{id}': { get: { operationId: 'get_item', ...operation } } },
    components: { securitySchemes },
  };
  const body = { type: 'openapi', document, prefix: 'm_', credential };
  return toolcrib.request('PUT', '/v1/definitions/source/misleading', { body });
}

const run = (args: object): Promise<Answer> =>
  toolcrib.request('POST', '/v1/tools/m_get_item/call', { body: { arguments: { id: '1', ...args } } });
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

describe('A24 the danger of an operation is that of its method, and no document says otherwise', () => {
  it.each(['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override', 'X_HTTP_METHOD_OVERRIDE'])(
    '%s: a read that becomes a DELETE is no tool',
    async (name) => {
      const override = { name, in: 'header', required: true, schema: { type: 'string', enum: ['DELETE'] } };
      const refused = await define({ parameters: [id, override] });
      expect(refused.body.warnings?.[0]?.message, refused.text).toContain('left out');
      expect((await run({ [name]: 'DELETE' })).body.error.code).toBe('tool_not_found');
      // One that a caller need not give is nobody's to give.
      await define({ parameters: [id, { ...override, required: false }] });
      expect((await run({ [name]: 'DELETE' })).body.error.code).toBe('arguments_invalid');
      expect((await run({})).status).toBe(200);
      expect(Object.keys(service.requests.at(-1)?.headers ?? {}).join(' ')).not.toMatch(/method/i);
    },
  );
});

describe('A header that leads elsewhere, or carries an account', () => {
  it.each(['Cookie', 'Proxy-Authorization', 'X-Original-URL', 'X-Rewrite-URL'])('%s is no parameter', async (name) => {
    await define({ parameters: [id, { name, in: 'header', schema: { type: 'string' } }] });
    expect((await run({ [name]: 'planted' })).body.error.code).toBe('arguments_invalid');
    expect(JSON.stringify(service.requests)).not.toContain('planted');
  });

  it.each(['Host', 'Content-Length', 'Transfer-Encoding', 'X-HTTP-Method-Override'])(
    'no account goes into %s',
    async (name) => {
      const securitySchemes = { odd: { type: 'apiKey', in: 'header', name } };
      const { body, text } = await define(
        { parameters: [id], security: [{ odd: [] }] },
        { securitySchemes, credential: 'caller' },
      );
      expect(body.warnings?.[0]?.message, text).toContain('left out');
    },
  );
});
