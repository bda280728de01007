// The auth service `oidc` (in MCP Toolbox `generic`): any issuer of OpenID Connect, found through its discovery document.
import { z } from 'zod';
import type { AuthServiceKind } from '../../catalog/auth-service.ts';
import { discoverKeys } from './discover.ts';
import { KeyHolder } from './key-holder.ts';
import { mcpEnabled } from './mcp-enabled.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface OidcConfig {
  readonly issuer?: string | undefined;
  readonly authorizationServer?: string | undefined;
  readonly audience: string | readonly string[];
  readonly scopes?: readonly string[] | undefined;
  readonly scopesRequired?: readonly string[] | undefined;
  readonly mcpEnabled?: boolean | undefined;
}

const text = z.string().min(1);
const scopes = z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'A scope has no spaces, quotes or backslashes'));

const issuerUrl = z
  .string()
  .refine((url) => isIssuerUrl(url), 'An issuer is a URL with https (http for tests only), without query and fragment');

function isIssuerUrl(written: string): boolean {
  const url = URL.parse(written);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return false;
  return url.username === '' && url.password === '' && !/[?#]/.test(written);
}

const fields: z.ZodType<OidcConfig> = z
  .strictObject({
    issuer: issuerUrl
      .optional()
      .describe('Exactly as the issuer calls itself in its discovery document and its tokens'),
    authorizationServer: issuerUrl
      .optional()
      .describe('The same, as MCP Toolbox calls it; a slash at the end may be missing'),
    audience: z
      .union([text, z.array(text).min(1)])
      .describe('For whom tokens must be meant; of several, one is enough'),
    scopes: scopes.optional().describe('Scopes that a token must have, all of them'),
    scopesRequired: scopes.optional().describe('The same, as MCP Toolbox calls it'),
    mcpEnabled,
  })
  .refine(({ issuer, authorizationServer }) => (issuer === undefined) !== (authorizationServer === undefined), {
    message: 'Write either issuer or authorizationServer',
  })
  .refine((given) => given.scopes === undefined || given.scopesRequired === undefined, {
    message: 'Write either scopes or scopesRequired',
  });

export const oidcAuth: AuthServiceKind<OidcConfig> = {
  type: 'oidc',
  aliases: ['generic'],
  fields,
  open: (name, config, { http, clock, log }) => {
    const issuer = config.issuer ?? config.authorizationServer ?? '';
    if (issuer.startsWith('http:')) log.warn('issuer-without-tls', { service: name });
    const where = { issuer, slash_optional: config.issuer === undefined };
    const keys = new KeyHolder({ service: name, clock, log, load: () => discoverKeys(http, where) });
    const verify = createTokenVerifier({
      service: name,
      audiences: [config.audience].flat(),
      scopes: config.scopes ?? config.scopesRequired ?? [],
      keys,
      clock,
    });
    return { name, type: 'oidc', verify };
  },
};
