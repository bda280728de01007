import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import type { RequestMessage } from './message.ts';
import { revisions } from './protocol.ts';
import { isWanted, serveAs } from './revision.ts';

const envelope: JsonObject = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'find' };

function request(params: JsonObject | undefined, method = 'tools/call'): RequestMessage {
  return { kind: 'request', id: 1, method, params };
}

function call(meta: JsonObject = envelope, name = 'find'): RequestMessage {
  return request({ name, arguments: {}, _meta: meta });
}

describe('a request of 2026-07-28', () => {
  test('is served when header and body agree', () => {
    expect(serveAs(call(), headers)).toEqual({
      kind: 'served',
      revision: '2026-07-28',
      log_level: undefined,
      shows_links: false,
      is_toolbox: false,
    });
  });

  test.each([
    ['Mcp-Name names another tool', { ...headers, 'mcp-name': 'other' }],
    ['Mcp-Name differs in case', { ...headers, 'mcp-name': 'FIND' }],
    ['Mcp-Name comes twice', { ...headers, 'mcp-name': 'find, find' }],
    ['Mcp-Name is broken Base64', { ...headers, 'mcp-name': '=?base64?Zmlu?ZA?=' }],
    ['Mcp-Name is no UTF-8', { ...headers, 'mcp-name': '=?base64?/w==?=' }],
    ['Mcp-Method names another method', { ...headers, 'mcp-method': 'tools/list' }],
    ['the revision differs', { ...headers, 'mcp-protocol-version': '2025-11-25' }],
    ['Mcp-Name is missing', { ...headers, 'mcp-name': undefined }],
    ['Mcp-Method is missing', { ...headers, 'mcp-method': undefined }],
    ['MCP-Protocol-Version is missing', { ...headers, 'mcp-protocol-version': undefined }],
  ])('is refused with 400 and -32020 when %s', (_case, sent) => {
    expect(serveAs(call(), sent)).toMatchObject({ kind: 'failure', status: 400, code: -32_020 });
  });

  test('may carry its name as Base64', () => {
    const encoded = `=?base64?${Buffer.from('größe').toString('base64')}?=`;
    expect(serveAs(call(envelope, 'größe'), { ...headers, 'mcp-name': encoded }).kind).toBe('served');
  });

  test.each([
    ['no capabilities', { 'io.modelcontextprotocol/clientCapabilities': undefined }],
    ['capabilities of a wrong type', { 'io.modelcontextprotocol/clientCapabilities': [] }],
    ['a client without a version', { 'io.modelcontextprotocol/clientInfo': { name: 'x' } }],
    ['an unknown log level', { 'io.modelcontextprotocol/logLevel': 'loud' }],
    ['a revision that is no text', { 'io.modelcontextprotocol/protocolVersion': 1 }],
  ])('is refused with 400 and -32602 for %s', (_case, change) => {
    const meta = JSON.parse(JSON.stringify({ ...envelope, ...change })) as JsonObject;
    expect(serveAs(call(meta), headers)).toMatchObject({ kind: 'failure', status: 400, code: -32_602 });
  });

  test('is refused with 400 and -32602 when only the header names the revision', () => {
    expect(serveAs(call({}), headers)).toMatchObject({ status: 400, code: -32_602 });
    expect(serveAs(request(undefined, 'initialize'), { 'mcp-protocol-version': '2026-07-28' })).toMatchObject({
      status: 400,
      code: -32_602,
    });
  });

  test('says which log messages it wants and whether a toolbox client sent it', () => {
    const meta = {
      ...envelope,
      'io.modelcontextprotocol/logLevel': 'warning',
      'io.modelcontextprotocol/clientCapabilities': { extensions: { 'com.google.cloud/toolbox.v1': {} } },
    };
    expect(serveAs(call(meta), headers)).toMatchObject({ log_level: 'warning', is_toolbox: true });
  });
});

describe('a revision that is not known', () => {
  const supported = { status: 400, code: -32_022, data: { supported: revisions, requested: '2099-01-01' } };

  test('is refused with 400, -32022 and the list of those that are', () => {
    expect(serveAs(call({}), { 'mcp-protocol-version': '2099-01-01' })).toMatchObject(supported);
    const meta = { ...envelope, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    expect(serveAs(call(meta), { ...headers, 'mcp-protocol-version': '2099-01-01' })).toMatchObject(supported);
  });
});

describe('a request of an older revision', () => {
  test('is served as its header says, or as 2025-03-26 without one', () => {
    expect(serveAs(call({}), { 'mcp-protocol-version': '2025-06-18' })).toMatchObject({ revision: '2025-06-18' });
    expect(serveAs(call({}), {})).toMatchObject({ revision: '2025-03-26' });
  });

  test('is refused too when it carries a name that is not the one in its body (A31)', () => {
    expect(serveAs(call({}), { 'mcp-name': 'harmless' })).toMatchObject({ status: 400, code: -32_020 });
    expect(serveAs(call({}), { 'mcp-method': 'tools/list' })).toMatchObject({ status: 400, code: -32_020 });
  });

  test.each([
    ['2024-11-05', '2024-11-05'],
    ['2025-11-25', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['1999-01-01', '2025-11-25'],
    [undefined, '2025-11-25'],
  ])('shakes hands on %s with %s', (asked, settled) => {
    const params = asked === undefined ? {} : { protocolVersion: asked };
    expect(serveAs(request(params, 'initialize'), {})).toMatchObject({ revision: settled });
  });
});

test('isWanted compares severities', () => {
  expect(isWanted('error', 'warning')).toBe(true);
  expect(isWanted('warning', 'warning')).toBe(true);
  expect(isWanted('info', 'warning')).toBe(false);
  expect(isWanted('emergency', undefined)).toBe(false);
});
