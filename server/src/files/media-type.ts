// Under which media type a stored file is served. What whoever stored it says counts only where no browser would run or show
// as a page of ours what comes of it; everything else is a sequence of bytes.
import { isUtf8 } from 'node:buffer';

const bytes_type = 'application/octet-stream';

/** Types that are data to every browser. No HTML, SVG, XML, scripts. */
const binary_types: ReadonlySet<string> = new Set([
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'audio/mpeg', 'audio/wav', 'video/mp4'],
  ...['application/pdf', 'application/zip', 'application/gzip'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]);
const text_types: ReadonlySet<string> = new Set(['text/plain', 'text/csv', 'text/markdown', 'application/json']);

/** `declared`: what a Content-Type header says, if there was one. A text that is not UTF-8 is bytes. */
export function safeMediaType(declared: string | undefined, content: Uint8Array): string {
  const type = declared?.split(';')[0]?.trim().toLowerCase() ?? bytes_type;
  if (binary_types.has(type)) return type;
  return text_types.has(type) && isUtf8(content) ? type : bytes_type;
}
