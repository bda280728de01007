// What every HTTP surface needs: reading a bounded JSON body and writing an answer. Knows no operation.
import { isUtf8 } from 'node:buffer';
import { ToolcribError, toToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseJson } from '../base/parse-json.ts';
import type { Exchange } from './route.ts';

const jsonType = 'application/json; charset=utf-8';

/**
 * The request's body as parsed JSON; `undefined` for an empty body.
 * Throws `media_type_unsupported`, `body_too_large`, `body_invalid`, `call_cancelled`.
 */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const type = exchange.request.headers['content-type'];
  const body = await readBody(exchange, limits.body_bytes);
  if (body.length === 0) return undefined;
  // A form or text/plain is what a foreign page can send without asking (CSRF): never read as JSON.
  if (type === undefined || !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new ToolcribError('media_type_unsupported');
  }
  if (!isUtf8(body)) throw new ToolcribError('body_invalid', { params: { problem: 'it is not UTF-8' } });
  return parseJson(body, limits.json_depth);
}

/** The request's body, at most `limit_bytes` long. Throws `body_too_large`, `call_cancelled`. */
export function readBody(exchange: Exchange, limit_bytes: number): Promise<Buffer> {
  const { request } = exchange;
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit_bytes) {
      reject(tooLarge(exchange, limit_bytes));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit_bytes) reject(tooLarge(exchange, limit_bytes));
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const [first = Buffer.alloc(0)] = chunks;
      resolve(chunks.length <= 1 ? first : Buffer.concat(chunks, size));
    });
    request.on('error', (cause) => reject(new ToolcribError('call_cancelled', { cause })));
  });
}

function tooLarge({ request, response }: Exchange, limit_bytes: number): ToolcribError {
  // The rest of the body is not read: the answer goes out and the connection ends.
  request.pause();
  request.removeAllListeners('data');
  response.setHeader('connection', 'close');
  return new ToolcribError('body_too_large', { params: { limit_bytes } });
}

/** Answers with JSON text that is already written. */
export function sendJsonText(exchange: Exchange, status: number, text: string): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': jsonType,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function sendJson(exchange: Exchange, status: number, body: unknown): void {
  sendJsonText(exchange, status, JSON.stringify(body));
}

/** An answer that is made while it is sent. */
export class TextStream {
  readonly media_type: string;
  readonly chunks: AsyncIterable<string>;

  constructor(media_type: string, chunks: AsyncIterable<string>) {
    this.media_type = media_type;
    this.chunks = chunks;
  }
}

/** The same of bytes, with headers of its own; `content-type` is among them. */
export class ByteStream {
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<Uint8Array>;

  constructor(headers: Readonly<Record<string, string>>, chunks: AsyncIterable<Uint8Array>) {
    this.headers = headers;
    this.chunks = chunks;
  }
}

/**
 * Sends a stream as fast as its reader takes it. What fails before the first chunk is thrown; after it the connection is
 * cut, so that nobody takes a part for the whole.
 */
export async function sendStream(exchange: Exchange, stream: TextStream | ByteStream): Promise<void> {
  const { response } = exchange;
  const own = stream instanceof TextStream ? { 'content-type': stream.media_type } : stream.headers;
  const headers = { 'cache-control': 'no-store', ...own };
  const iterator: AsyncIterator<string | Uint8Array> = stream.chunks[Symbol.asyncIterator]();
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      if (response.destroyed) return;
      if (!response.headersSent) response.writeHead(200, headers);
      if (!response.write(next.value)) await drained(response);
    }
    if (!response.headersSent) response.writeHead(200, headers);
    response.end();
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  } finally {
    await iterator.return?.();
  }
}

/** Ends when the reader takes more, or has gone. */
function drained(response: Exchange['response']): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

/** The error as the REST surface shows it; other surfaces have their own shape. */
export function sendError(exchange: Exchange, thrown: unknown): void {
  const error = toToolcribError(thrown);
  setErrorHeaders(exchange, error);
  sendJson(exchange, error.status, { error: error.toPublic(), request_id: exchange.request_id });
}

/** The headers that a status asks for, on every surface (RFC 9110 §10.2.3, §11.6.1, §15.5.6). */
export function setErrorHeaders(exchange: Exchange, error: ToolcribError): void {
  const { response } = exchange;
  if (response.headersSent) return;
  response.setHeader('x-request-id', exchange.request_id);
  if (error.code === 'unauthenticated') response.setHeader('www-authenticate', 'Bearer realm="toolcrib"');
  if (error.retry_after_s !== undefined) response.setHeader('retry-after', error.retry_after_s);
  if (error.interaction !== undefined) response.setHeader('link', interactionLink(error.interaction));
  if (error.code === 'stopping') response.setHeader('connection', 'close');
}

/** RFC 8288: for callers that look at headers alone. */
export function interactionLink({ url }: { readonly url: string }): string {
  return `<${url}>; rel="interaction"`;
}

/** Reads the token that came for an auth service: the header `<service>_token`, as toolbox clients send it. */
export function tokenReader({ request }: Exchange): (service: string) => string | undefined {
  return (service) => {
    const value = request.headers[`${service.toLowerCase()}_token`];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}

/** Takes listeners to be called when the caller goes away before the answer is complete: `on_gone` of a call. */
export function goneListeners({ response }: Exchange): (listener: () => void) => void {
  let listeners: (() => void)[] | undefined;
  return (listener) => {
    listeners?.push(listener);
    if (listeners !== undefined) return;
    const all = (listeners = [listener]);
    response.once('close', () => {
      if (!response.writableFinished) for (const hear of all) hear();
    });
  };
}
