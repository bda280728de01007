// A web service that answers every request at once with who asked: a process of its own, so that its CPU is not the server's.
// Entry of that process; prints its port.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  // Its digest: our server takes the account itself out of answers.
  const account = createHash('sha256')
    .update(request.headers.authorization ?? '')
    .digest('hex');
  const body = JSON.stringify({ account });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
