// The requests of a run as bytes, per way in. Both contestants get the same, except for the credentials.
import type { Contestant } from './contestant.ts';
import type { Flight } from './flights.ts';
import type { PreparedRequest } from './load-job.ts';

/** The ways in that are measured: the native API, and MCP in its last revision with sessions and its first without. */
export const faces = ['native', 'mcp-2025-11-25', 'mcp-2026-07-28'] as const;
export type Face = (typeof faces)[number];

/** A call of a tool that must answer with the rows of one flight. */
export interface Question {
  readonly face: Face;
  readonly flight: Flight;
  readonly tool: string;
  readonly args: Readonly<Record<string, string>>;
  /** Of this question alone: tokens. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The question that most scenarios ask. */
export function askForFlight(face: Face, flight: Flight): Question {
  const { airline, flight_number } = flight;
  return { face, flight, tool: 'search_flights_by_number', args: { airline, flight_number } };
}

export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The question as its way in writes it. */
export function writeRequest({ face, tool, args, headers = {} }: Question): HttpRequest {
  if (face === 'native') {
    return { path: `/api/tool/${tool}/invoke`, headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(args) };
  }
  const version = face.slice('mcp-'.length);
  const stateless = isStateless(face);
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: tool, arguments: args, ...(stateless ? { _meta: meta } : {}) };
  return {
    path: '/mcp',
    headers: {
      ...jsonHeaders,
      ...headers,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      ...(stateless ? { 'mcp-method': 'tools/call', 'mcp-name': tool } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  };
}

/** Whether every message says for itself which revision it speaks. */
export function isStateless(face: Face): boolean {
  return face === 'mcp-2026-07-28';
}

const jsonHeaders = { 'content-type': 'application/json' };

/** The same as the bytes that go over the connection. */
export function prepareRequest(question: Question, contestant: Contestant): PreparedRequest {
  const { path, headers, body } = writeRequest(question);
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${contestant.port}`,
    ...Object.entries({ ...headers, ...contestant.headers }).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return { bytes: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`), expected: question.flight.legs };
}
