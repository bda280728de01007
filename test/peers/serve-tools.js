// An MCP server on the official server package whose tools a test changes while it runs: POST /control replaces them, GET /control
// says what it has been sent. Prints its address.
import { createServer } from 'node:http';
import { acceptedContent, createMcpHandler, inputRequired, Server } from '@modelcontextprotocol/server';

let tools = [];
let results = {};
const received = [];

function make() {
  const server = new Server({ name: 'changing', version: '1' }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    received.push({ name: params.name, arguments: params.arguments });
    const { ask } = results[params.name] ?? {};
    if (ask !== undefined) {
      const answer = acceptedContent(ctx.mcpReq.inputResponses, 'q');
      if (answer !== undefined) return { content: [{ type: 'text', text: `answered ${JSON.stringify(answer)}` }] };
      if (ctx.mcpReq.inputResponses !== undefined) return { content: [{ type: 'text', text: 'declined' }] };
      return inputRequired({ inputRequests: { q: inputRequired.elicit(ask) } });
    }
    return results[params.name] ?? { content: [{ type: 'text', text: JSON.stringify(params.arguments) }] };
  });
  return server;
}

const handler = createMcpHandler(() => make());
const requests = [];

async function read(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const server = createServer(async (incoming, outgoing) => {
  const body = await read(incoming);
  if (incoming.url === '/control') {
    if (incoming.method === 'POST') ({ tools = tools, results = results } = JSON.parse(body.toString()));
    outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ received, requests }));
    return;
  }
  requests.push({ method: incoming.method, headers: incoming.headers });
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: incoming.headers,
    ...(body.length === 0 ? {} : { body }),
  });
  const answer = await handler.fetch(request);
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body !== null) for await (const chunk of answer.body) outgoing.write(chunk);
  outgoing.end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
