// A tiny remote service that speaks the contract of remote tools (docs/remote-tools.md), without dependencies: a notice board in
// memory, one per tenant and channel. Start it with: BOARD_TOKEN=… node service.ts [PORT]
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';

const token = process.env['BOARD_TOKEN'] ?? '';
if (token.length < 8) {
  console.error('Set BOARD_TOKEN to a secret of 8 characters or more: callers must send it.');
  process.exit(2);
}
const limit_bytes = 64 * 1024;

type Parameters = Readonly<Record<string, unknown>>;
interface Context {
  readonly tenant_id: string;
  readonly execution_id: string;
}
interface Note {
  readonly id: string;
  readonly text: string;
}

/** What the caller is told when it cannot be done. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const boards = new Map<string, Note[]>();

const tools = new Map<string, (parameters: Parameters, context: Context) => unknown>([
  ['board.list_notes', (parameters, context) => ({ notes: notesOf(parameters, context) })],
  ['board.add_note', (parameters, context) => ({ note: addNote(parameters, context) })],
]);

function notesOf({ channel_id = 'main' }: Parameters, { tenant_id }: Context): Note[] {
  if (typeof channel_id !== 'string') throw new Refusal(422, 'channel_invalid', 'channel_id is a text');
  const key = JSON.stringify([tenant_id, channel_id]);
  const known = boards.get(key);
  if (known !== undefined) return known;
  if (boards.size >= 1_000) throw new Refusal(409, 'too_many_boards', 'There are 1000 boards already');
  const notes: Note[] = [];
  boards.set(key, notes);
  return notes;
}

function addNote(parameters: Parameters, context: Context): Note {
  const { text } = parameters;
  if (typeof text !== 'string' || text === '' || text.length > 500) {
    throw new Refusal(422, 'text_invalid', 'text is a text of 1 to 500 characters');
  }
  const notes = notesOf(parameters, context);
  // A note that comes again under the id of the same call is the same note: asking twice does no harm.
  const known = notes.find(({ id }) => id === context.execution_id);
  if (known !== undefined) return known;
  if (notes.length >= 100) throw new Refusal(409, 'board_full', 'The board has 100 notes already');
  const note = { id: context.execution_id, text };
  notes.push(note);
  return note;
}

async function answer(request: IncomingMessage): Promise<unknown> {
  const [, name] = /^\/v1\/tools\/([a-z0-9_]+\.[a-z0-9_]+)$/.exec(request.url ?? '') ?? [];
  if (request.method !== 'POST' || name === undefined) throw new Refusal(404, 'not_found', 'There is nothing here');
  if (!hasToken(request)) throw new Refusal(401, 'unauthorized', 'The token is not right');
  const tool = tools.get(name);
  if (tool === undefined) throw new Refusal(404, 'unknown_tool', `There is no tool ${name}`);
  const { context, ...parameters } = await readBody(request);
  if (!isContext(context)) {
    throw new Refusal(400, 'context_missing', 'context has tenant_id, workspace_id and execution_id');
  }
  return tool(parameters, context);
}

/** Compared in the same time whatever was sent. */
function hasToken({ headers }: IncomingMessage): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

async function readBody(request: IncomingMessage): Promise<Parameters> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit_bytes) throw new Refusal(413, 'body_too_large', `More than ${limit_bytes} bytes`);
    chunks.push(chunk);
  }
  const body = parse(Buffer.concat(chunks).toString('utf8'));
  if (!isObject(body)) throw new Refusal(400, 'body_invalid', 'The body is no JSON object');
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isContext(value: unknown): value is Context {
  return isObject(value) && typeof value['tenant_id'] === 'string' && typeof value['execution_id'] === 'string';
}

async function envelopeFor(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
  try {
    return { status: 200, body: { success: true, result: await answer(request) } };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) console.error(thrown);
    const { status, code, message } =
      thrown instanceof Refusal ? thrown : new Refusal(500, 'internal', 'The service has failed');
    return { status, body: { success: false, error: { code, message } } };
  }
}

const server = createServer((request, response) => {
  void envelopeFor(request).then(({ status, body }) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, timestamp: new Date().toISOString() }));
  });
});

const port = Number(process.argv[2] ?? 7070);
server.listen(port, '127.0.0.1', () => console.log(`The board listens on http://127.0.0.1:${port}`));
