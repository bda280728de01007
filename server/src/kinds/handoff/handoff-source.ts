// The source `handoff`: the client of the hand-off protocol, an application elsewhere in which people work. The server never
// connects to it by itself but to fetch a result that was announced (interactions/handoff/).
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { loopbackHosts } from '../../base/public-addresses.ts';
import type { HandOffClient, HandOffSource } from '../../catalog/pauses.ts';
import type { SourceKind } from '../../catalog/source.ts';

interface HandOffConfig {
  readonly start_url: string;
  readonly result_url: string;
  readonly token_ms?: number | undefined;
  readonly debug: boolean;
  readonly signing_secret?: string | undefined;
}

const address = z
  .string()
  .max(2_000)
  .refine(
    (text) => isClientUrl(text),
    'Write a URL with https, without user and fragment; http only for this machine (localhost) while developing',
  );

const fields: z.ZodType<HandOffConfig> = z.strictObject({
  start_url: address.describe('receive_start_token_url: where the browser of the person is sent, with ?access_token='),
  result_url: address.describe('receive_result_token_url: where the result is fetched, with ?access_token='),
  token_ms: z
    .int()
    .min(1_000)
    .max(limits.handoff_token_max_ms)
    .optional()
    .describe('How long the client has to fetch the start data after the browser was sent to it'),
  debug: z.boolean().default(false).describe('Gives the client more time, for a person who looks at each step'),
  signing_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'Write whsec_ and at least 24 bytes in base64 (Standard Webhooks)')
    .optional()
    .describe('The client may send results by itself, signed with this'),
});

/** Plain http is for this machine alone; whether that is taken, the mode of the server says (handoff/hand-off.ts). */
function isClientUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || text.includes('#')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.includes(url.hostname));
}

const hint = 'POST /v1/definitions/source/NAME/signing-secret makes one, or: toolcrib handoffs signing-secret NAME';

export const handoffSource: SourceKind<HandOffConfig> = {
  type: 'handoff',
  aliases: [],
  fields,
  for_tenants: {
    // It is sent no account and no secret: only tokens that are made for one hand-off.
    origin: () => undefined,
    check: ({ signing_secret }) =>
      signing_secret === undefined
        ? []
        : [{ path: 'signing_secret', message: 'is a secret, which only a file may hold', hint }],
  },
  open: (name, config, { of_definition = false }): HandOffSource => {
    const { start_url, result_url, token_ms, debug, signing_secret } = config;
    const usual_ms = debug ? limits.handoff_debug_token_ms : limits.handoff_token_ms;
    const client: HandOffClient = {
      start_url,
      result_url,
      token_ms: token_ms ?? usual_ms,
      of_definition,
      ...(signing_secret === undefined ? {} : { signing_secret }),
    };
    return {
      type: 'handoff',
      name,
      client,
      // It is asked for nothing before a person has worked there.
      probe: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  },
};
