// Messages of the Model Context Protocol as clients of either era send them, and reading the answer.
import type { Answer, RequestOptions, TestServer } from './test-server.ts';

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

export interface McpRequest {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly id?: string | number;
  /** What the client can do; of a request of 2026-07-28. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/** Of a client that can show a link to its person. */
export const linkCapabilities = { elicitation: { url: {} } };

/** A request of 2026-07-28, with its envelope and headers. */
export function statelessRequest({ method, params = {}, id = 1, capabilities = {} }: McpRequest): RequestOptions {
  const envelope = { ...meta, 'io.modelcontextprotocol/clientCapabilities': capabilities };
  // The header names what is asked for: a resource by its address, all else by its name.
  const name = method === 'resources/read' ? params['uri'] : params['name'];
  return {
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: envelope } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  };
}

/** A request of 2025-11-25 after its handshake. */
export function handshakeRequest({ method, params, id = 1 }: McpRequest): RequestOptions {
  return {
    body: { jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) },
    headers: { 'mcp-protocol-version': '2025-11-25' },
  };
}

export function callMcp(server: TestServer, request: McpRequest, options: RequestOptions = {}): Promise<Answer> {
  return server.request('POST', '/mcp', { ...handshakeRequest(request), ...options });
}
