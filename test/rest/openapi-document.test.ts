// The OpenAPI document and the pages, as served.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer();
});
afterAll(() => toolcrib.stop());

describe('GET /openapi.json', () => {
  it('describes every operation, with every reference resolved', async () => {
    const { body, text } = await toolcrib.request('GET', '/openapi.json', { key: '' });
    expect(body.openapi).toBe('3.1.0');
    const described = Object.entries<Record<string, { operationId: string }>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(
      operations.map(({ id, method, path }) => `${id} ${method} ${path}`).toSorted(),
    );
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(body.components.schemas).toHaveProperty(name ?? '');
    }
  });

  it('says of each operation which errors it answers with', async () => {
    const { body } = await toolcrib.request('GET', '/openapi.json', { key: '' });
    const { responses } = body.paths['/v1/tools/{name}/call'].post;
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '429', '503', '504']),
    );
    expect(responses['404'].description).toContain('tool_not_found');
  });
});

describe('pages', () => {
  it.each(['/', '/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', '/style.css'])(
    '200 %s, under a strict content policy',
    async (path) => {
      const answer = await toolcrib.request('GET', path, { key: '' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-security-policy')).toMatch(
        /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
      );
      if (!path.endsWith('.js')) expect(/<script(?![^>]*src=)/.test(answer.text)).toBe(false);
    },
  );
});
