// The body of an outgoing request's answer: unpacked and counted while it is read, so that neither a long answer nor one that
// unpacks to more than it weighs takes more memory than its limit.
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ToolcribError } from './errors.ts';
import { toRequestError, upstreamUnavailable } from './http-client-errors.ts';

/** What requests say that they can read. */
export const acceptedEncodings = 'gzip, deflate, br';

export interface BodyOptions {
  /** Of `content-encoding`. */
  readonly encoding: string | undefined;
  /** Of `content-length`. */
  readonly length: string | undefined;
  /** Bytes of the unpacked body. */
  readonly limit_bytes: number;
  /** What to throw instead of the failure of a read that was aborted. */
  readonly toError: (thrown: unknown) => unknown;
}

/** The unpacked chunks; throws `result_too_large` above the limit. Ending early ends the connection. */
export async function* readChunks(body: Readable, options: BodyOptions): AsyncGenerator<Buffer, void> {
  const { encoding, length, limit_bytes, toError } = options;
  const tooLarge = (): ToolcribError => new ToolcribError('result_too_large', { params: { limit_bytes } });
  let bytes = 0;
  try {
    const plain = unpack(body, encoding, { limit_bytes, tooLarge });
    if (plain === body && Number(length) > limit_bytes) throw tooLarge();
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit_bytes) throw tooLarge();
      yield chunk;
    }
  } catch (thrown) {
    throw toError(thrown);
  } finally {
    // What was not read to its end is not wanted: nobody waits for the rest of it.
    body.destroy();
  }
}

/** What packing adds to a body that cannot be made smaller. */
const packing_bytes = 1_024;

interface RawLimit {
  readonly limit_bytes: number;
  readonly tooLarge: () => ToolcribError;
}

/** A packed body can be endless and unpack to nothing, so that its own bytes are counted as well. */
function unpack(body: Readable, encoding: string | undefined, { limit_bytes, tooLarge }: RawLimit): Readable {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return body;
  const unpacker = createUnpacker(name);
  if (unpacker === undefined) throw upstreamUnavailable('unreadable');
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limit_bytes + packing_bytes) unpacker.destroy(tooLarge());
  });
  body.on('error', (error) => unpacker.destroy(toRequestError(error)));
  unpacker.on('close', () => body.destroy());
  return body.pipe(unpacker);
}

function createUnpacker(encoding: string) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
