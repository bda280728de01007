// The auth service `google`: ID tokens that Google has issued for one client.
import { z } from 'zod';
import type { AuthServiceKind } from '../../catalog/auth-service.ts';
import { fetchKeys } from './discover.ts';
import { KeyHolder } from './key-holder.ts';
import { mcpEnabled } from './mcp-enabled.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface GoogleConfig {
  readonly clientId: string;
  readonly mcpEnabled?: boolean | undefined;
  readonly audience?: unknown;
  readonly scopesRequired?: unknown;
}

/** Who Google is. Given in code only: a file must not be able to say that somebody else is. */
export interface GoogleIssuer {
  readonly issuers: readonly string[];
  readonly jwks_uri: string;
}

const google: GoogleIssuer = {
  issuers: ['https://accounts.google.com', 'accounts.google.com'],
  jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
};

const fields: z.ZodType<GoogleConfig> = z.strictObject({
  clientId: z.string().min(1).describe('The OAuth client for which the tokens are issued'),
  mcpEnabled,
  audience: refused('The audience of an ID token of Google is the client: write clientId'),
  scopesRequired: refused('ID tokens of Google carry no scopes, so that none can be required'),
});

/** A field that MCP Toolbox takes with `mcpEnabled` only, refused with the reason. */
function refused(reason: string): z.ZodType {
  return z
    .unknown()
    .refine((given) => given === undefined, reason)
    .optional()
    .describe('Refused: MCP Toolbox takes it with mcpEnabled only');
}

export function createGoogleAuth({ issuers, jwks_uri }: GoogleIssuer = google): AuthServiceKind<GoogleConfig> {
  return {
    type: 'google',
    aliases: [],
    fields,
    open: (name, { clientId }, { http, clock, log }) => {
      const load = async () => ({ issuers, key_set: await fetchKeys(http, jwks_uri) });
      const keys = new KeyHolder({ service: name, clock, log, load });
      const verify = createTokenVerifier({ service: name, audiences: [clientId], scopes: [], keys, clock });
      return { name, type: 'google', verify };
    },
  };
}
