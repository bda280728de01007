// Asks an issuer where its keys are and what they are (OpenID Connect Discovery 1.0). Everything that comes is checked: a
// document that speaks for another issuer is no answer.
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { upstreamUnreadable } from '../../base/http-client-errors.ts';
import type { HttpClient } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';

/** Where an issuer's keys are, and what it calls itself in tokens. */
export interface IssuerKeys {
  readonly issuers: readonly string[];
  readonly key_set: JSONWebKeySet;
}

export interface DiscoverOptions {
  /** As it is written in the configuration. */
  readonly issuer: string;
  /** Whether a slash at the end makes no difference: the configuration names a server, not an issuer. */
  readonly slash_optional: boolean;
}

const documentShape = z.object({ issuer: z.string(), jwks_uri: z.string() });

const keySetShape = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).max(limits.issuer_keys),
});

/** The issuer's own word on its keys. Throws `upstream_unavailable` or `address_refused`. */
export async function discoverKeys(client: HttpClient, options: DiscoverOptions): Promise<IssuerKeys> {
  const { issuer, slash_optional } = options;
  const url = `${withoutSlash(issuer)}/.well-known/openid-configuration`;
  const document = await fetchJson(client, url, documentShape);
  const same = slash_optional ? withoutSlash(document.issuer) === withoutSlash(issuer) : document.issuer === issuer;
  if (!same) throw upstreamUnreadable('The discovery document is of another issuer');
  // Keys over an open line could be anybody's, although the document came over a closed one.
  if (url.startsWith('https:') && !document.jwks_uri.startsWith('https:')) {
    throw upstreamUnreadable('The discovery document leads to keys without TLS');
  }
  return { issuers: [document.issuer], key_set: await fetchKeys(client, document.jwks_uri) };
}

/** The keys at a place that is known already. */
export async function fetchKeys(client: HttpClient, jwks_uri: string): Promise<JSONWebKeySet> {
  return (await fetchJson(client, jwks_uri, keySetShape)) as JSONWebKeySet;
}

async function fetchJson<T>(client: HttpClient, url: string, shape: z.ZodType<T>): Promise<T> {
  const { status, body } = await client.request({
    url,
    headers: { accept: 'application/json' },
    timeout_ms: limits.issuer_request_ms,
    limit_bytes: limits.issuer_document_bytes,
  });
  if (status !== 200) throw upstreamUnreadable(`The issuer answered ${status}`);
  const parsed = shape.safeParse(parseJson(body));
  if (!parsed.success) throw upstreamUnreadable('The issuer answered something else', parsed.error);
  return parsed.data;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
