// Associated data from texts, each with its length before it: no two lists of texts give the same bytes.

export function boundTo(texts: readonly string[]): Buffer {
  let length = 0;
  for (const text of texts) length += 4 + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const text of texts) {
    const written = bytes.write(text, at + 4);
    bytes.writeUInt32BE(written, at);
    at += 4 + written;
  }
  return bytes;
}
