// A real HTTP server on this machine for tests of outgoing requests: answers with a function, keeps what it was asked.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LocalHttp {
  /** `http://127.0.0.1:1234`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Connections that were opened so far. */
  readonly connections: () => number;
  /** Ends every connection that is open. */
  readonly disconnect: () => void;
  readonly close: () => Promise<void>;
}

export type Respond = (request: ReceivedRequest, response: ServerResponse, raw: IncomingMessage) => void;

/** Listens on the address, on a free port unless one is named. */
export async function startLocalHttp(respond: Respond, address = '127.0.0.1', port = 0): Promise<LocalHttp> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(received);
      respond(received, response, request);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    port: bound,
    requests,
    connections: () => connections,
    disconnect: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
