// Cuts a stream of JSON objects, in one array or one after the other, into the objects: what a streaming method of a
// Google REST API answers. Nothing but the object being read is kept.
import { SpannerError } from './spanner-errors.ts';

const quote = 0x22;
const backslash = 0x5c;
const open_brace = 0x7b;
const close_brace = 0x7d;

/** The objects of the stream as texts. Throws SpannerError when one is larger than the limit, or is cut off. */
export async function* jsonMessages(
  chunks: AsyncIterable<Uint8Array>,
  limit_bytes: number,
): AsyncGenerator<string, void, undefined> {
  let depth = 0;
  let in_string = false;
  let escaped = false;
  let held: Uint8Array[] = [];
  let held_bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (in_string) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) in_string = false;
      } else if (byte === quote) in_string = true;
      else if (byte === open_brace) {
        if (depth === 0) start = at;
        depth += 1;
      } else if (byte === close_brace) {
        depth -= 1;
        if (depth !== 0) continue;
        yield Buffer.concat([...held, chunk.subarray(start, at + 1)]).toString('utf8');
        held = [];
        held_bytes = 0;
      }
    }
    if (depth === 0) continue;
    held.push(chunk.subarray(start));
    held_bytes += chunk.length - start;
    if (held_bytes > limit_bytes)
      throw new SpannerError('RESOURCE_EXHAUSTED', `A message is larger than ${limit_bytes} bytes`, {});
  }
  if (depth !== 0) throw new SpannerError('UNAVAILABLE', 'The stream ended within a message', {});
}
