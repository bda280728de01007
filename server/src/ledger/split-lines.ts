// Cuts chunks of bytes into lines of text. A line has an end, and so has its length.
import { limits } from '../base/limits.ts';

/** The lines without their line feeds. Throws RangeError for a line that is too long, TypeError for what is not UTF-8. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limit_bytes: number = limits.audit_line_bytes,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let kept: Uint8Array[] = [];
  let kept_bytes = 0;
  const take = (part: Uint8Array): string => {
    if (kept_bytes + part.length > limit_bytes) throw new RangeError('A line is too long');
    const line = decoder.decode(kept.length === 0 ? part : Buffer.concat([...kept, part]));
    [kept, kept_bytes] = [[], 0];
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      yield take(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    if (kept_bytes + rest.length > limit_bytes) throw new RangeError('A line is too long');
    if (rest.length > 0) kept.push(rest);
    kept_bytes += rest.length;
  }
  if (kept_bytes > 0) yield take(new Uint8Array());
}
