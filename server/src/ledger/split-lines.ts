// Cuts chunks of bytes into lines of text. A line has an end, and so has its length.
import { limits } from '../base/limits.ts';

/** The lines without their line feeds; undefined stands for one that is longer than `limit_bytes` or not UTF-8. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limit_bytes: number = limits.audit_line_bytes,
): AsyncGenerator<string | undefined> {
  let kept: Uint8Array[] = [];
  let kept_bytes = 0;
  const keep = (part: Uint8Array): void => {
    kept_bytes += part.length;
    // Of a line that is too long nothing is kept.
    if (kept_bytes > limit_bytes) kept = [];
    else kept.push(part);
  };
  const take = (): string | undefined => {
    const line = kept_bytes > limit_bytes ? undefined : decode(Buffer.concat(kept));
    [kept, kept_bytes] = [[], 0];
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (kept_bytes > 0) yield take();
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
