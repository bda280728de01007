// A tiny remote service that speaks the contract of remote tools (docs/remote-tools.md), without dependencies: a notice board in
// memory, one per tenant. Start it with: BOARD_TOKEN=… node service.mjs [PORT]
import { createServer } from 'node:http';
import { createHash, timingSafeEqual } from 'node:crypto';

const token = process.env.BOARD_TOKEN ?? '';
if (token.length < 8) {
  console.error('Set BOARD_TOKEN to a secret of 8 characters or more: callers must send it.');
  process.exit(2);
}
const limit_bytes = 64 * 1024;

/** Notes by tenant and channel. */
const boards = new Map();

const tools = {
  'board.list_notes': ({ channel_id = 'main' }, context) => ({ notes: notesOf(context, channel_id) }),
  'board.add_note': ({ channel_id = 'main', text }, context) => {
    if (typeof text !== 'string' || text === '' || text.length > 500) {
      throw new Refusal(422, 'text_invalid', 'text is a text of 1 to 500 characters', { parameter: 'text' });
    }
    const notes = notesOf(context, channel_id);
    // A note that comes again under the same id of a call is the same note: asking twice does no harm.
    const known = notes.find((note) => note.id === context.execution_id);
    if (known !== undefined) return { note: known };
    if (notes.length >= 100) throw new Refusal(409, 'board_full', 'The board has 100 notes already');
    const note = { id: context.execution_id, text };
    notes.push(note);
    return { note };
  },
};

class Refusal extends Error {
  constructor(status, code, message, details) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

function notesOf({ tenant_id }, channel_id) {
  if (typeof channel_id !== 'string') throw new Refusal(422, 'channel_invalid', 'channel_id is a text');
  const key = JSON.stringify([tenant_id, channel_id]);
  if (!boards.has(key)) {
    if (boards.size >= 1_000) throw new Refusal(409, 'too_many_boards', 'There are 1000 boards already');
    boards.set(key, []);
  }
  return boards.get(key);
}

async function answer(request) {
  const path = /^\/v1\/tools\/([a-z0-9_]+\.[a-z0-9_]+)$/.exec(request.url ?? '');
  if (request.method !== 'POST' || path === null) throw new Refusal(404, 'not_found', 'There is nothing here');
  if (!isToken(request.headers.authorization)) throw new Refusal(401, 'unauthorized', 'The token is not right');
  const tool = Object.hasOwn(tools, path[1]) ? tools[path[1]] : undefined;
  if (tool === undefined) throw new Refusal(404, 'unknown_tool', `There is no tool ${path[1]}`);
  const { context, ...parameters } = await readBody(request);
  if (typeof context?.tenant_id !== 'string' || typeof context.execution_id !== 'string') {
    throw new Refusal(400, 'context_missing', 'context has tenant_id, workspace_id and execution_id');
  }
  return tool(parameters, context);
}

/** Compared in the same time whatever it is. */
function isToken(authorization = '') {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`));
}

async function readBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > limit_bytes) throw new Refusal(413, 'body_too_large', `More than ${limit_bytes} bytes`);
    chunks.push(chunk);
  }
  let body;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'body_invalid', 'The body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'body_invalid', 'The body is no JSON object');
  }
  return body;
}

const server = createServer(async (request, response) => {
  let status = 200;
  let body;
  try {
    body = { success: true, result: await answer(request) };
  } catch (thrown) {
    const known = thrown instanceof Refusal;
    if (!known) console.error(thrown);
    const { code, message, details } = known ? thrown : { code: 'internal', message: 'The service has failed' };
    status = known ? thrown.status : 500;
    body = { success: false, error: { code, message, details } };
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ...body, timestamp: new Date().toISOString() }));
});

server.listen(Number(process.argv[2] ?? 7070), '127.0.0.1', () => {
  console.log(`The board listens on http://127.0.0.1:${server.address().port}`);
});
