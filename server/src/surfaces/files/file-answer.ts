// How the bytes of a stored file are sent: as something to save, never as a page of ours, whatever is in them.
import { fileChunks } from '../../files/stored-files.ts';
import type { StoredFile } from '../../files/stored-files.ts';
import type { Store } from '../../store/store.ts';
import { ByteStream } from '../http.ts';

export function fileAnswer(
  deps: { readonly store: Store },
  { tenant_id, file }: { readonly tenant_id: string; readonly file: StoredFile },
): ByteStream {
  const { id, name, media_type, size_bytes } = file;
  const headers = {
    'content-type': media_type.startsWith('text/') ? `${media_type}; charset=utf-8` : media_type,
    'content-length': String(size_bytes),
    'content-disposition': disposition(name),
    'cache-control': 'private, no-store',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
  };
  return new ByteStream(headers, fileChunks(deps, { tenant_id, id, size_bytes }));
}

/** RFC 6266: a plain name for everybody, the whole one for those who read RFC 8187. No name can leave its quotes. */
function disposition(name: string): string {
  const plain = name.replaceAll(/[^\w .()+-]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
