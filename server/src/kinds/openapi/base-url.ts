// Where the requests of an OpenAPI source go: what its author says, else what the document says, and then to that origin only.
import type { Fault } from '../../base/errors.ts';
import { listAt, member, objectAt, textAt } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';

export type Base = { readonly url: URL } | { readonly fault: Fault };

export function baseOf({ root }: OpenApiDocument, { base_url }: { readonly base_url?: string | undefined }): Base {
  if (base_url !== undefined) return { url: new URL(base_url.replace(/\/+$/, '')) };
  const [server] = serversOf(root);
  const fault = (message: string): Base => ({
    fault: {
      path: 'base_url',
      message,
      hint: 'Write "base_url": where the service is, such as https://api.example.com/v1.',
    },
  });
  if (server === undefined) return fault('is needed: the document names no server');
  if (!isBaseUrl(server))
    return fault('is needed: the first server of the document is no whole URL with http or https');
  return { url: new URL(server.replace(/\/+$/, '')) };
}

/** With the default values of their variables. */
export function serversOf(root: unknown): readonly string[] {
  return listAt(root, 'servers').flatMap((server) => {
    const url = textAt(server, 'url');
    if (url === undefined) return [];
    const variables = objectAt(server, 'variables');
    return [
      url.replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => textAt(member(variables, name), 'default') ?? whole),
    ];
  });
}

export function isBaseUrl(written: string): boolean {
  const url = URL.parse(written);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !/[?#\\\s{}]/.test(written);
}
