// What a provider of accounts is, as data (server/providers/*.yaml): its addresses, its scopes, what the person or the
// registration picks, and where it does things its own way. Nothing of a provider is code.
import { z } from 'zod';
import { pointerPattern } from './json-pointer.ts';
import { providerFaults } from './provider-faults.ts';

/** Names of providers, options, scopes' fields: they stand in addresses and in paths of ours. */
const name = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_-]*$/, 'must have small letters, digits, - and _ only, a letter first');
const text = z.string().min(1).max(300);
const pointer = z.string().max(200).regex(pointerPattern, 'must be a JSON pointer: /user/name');

/** https, or http on this machine; or beginning with an option, whose own value is checked when it is given. */
const address = z
  .string()
  .max(500)
  .regex(/^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]|\{[a-z])[^\s#]*$/, 'must begin with https://');

const filledText = z.record(z.string().min(1).max(100), z.string().max(500));

/** A request of ours to the provider. `{option}`, `{client_id}`, `{client_secret}`, `{access_token}` and `{refresh_token}` are filled in. */
const describedRequest = z.strictObject({
  method: z.enum(['GET', 'POST', 'DELETE']).default('GET'),
  url: address,
  /** How it proves itself: by the access token, by our registration, or not at all. */
  auth: z.enum(['bearer', 'basic', 'none']).default('bearer'),
  headers: filledText.default({}),
  /** A body as JSON, or as the fields of a form. */
  json: filledText.optional(),
  form: filledText.optional(),
  /** Where the answer says true when it was done; without it the status says so. */
  ok: pointer.optional(),
});

const scope = z.strictObject({
  name: z.string().regex(/^[\u0021\u0023-\u005B\u005D-\u007E]{1,200}$/, 'is no scope (RFC 6749 §3.3)'),
  title: text,
  /** Asked for when nobody says otherwise. */
  default: z.boolean().default(false),
  /** Asked for always: without it the connection would not work. */
  always: z.boolean().default(false),
});

const option = z.strictObject({
  name,
  title: text,
  help: text.optional(),
  /** Whole values that are allowed, as a regular expression. */
  pattern: z.string().max(300),
  default: z.string().max(500).optional(),
  /** Absent and without a default: the option may stay empty, and addresses with it do not exist. */
  required: z.boolean().default(true),
  /**
   * `client`: whoever registers us at the provider says it once. Must be so where the option decides to which server our
   * secret goes, and anything would match. `person`: whoever connects.
   */
  set_by: z.enum(['client', 'person']).default('client'),
});

const field = z.strictObject({
  name: name.max(50),
  title: text,
  secret: z.boolean().default(true),
});

/** Other ways than OAuth to give an account of this provider. */
const otherStrategy = z.strictObject({
  strategy: z.enum(['token', 'username_password', 'custom']),
  title: text,
  /** What a person must know to make one. */
  help: text.optional(),
  help_url: z.url({ protocol: /^https$/ }).optional(),
  /** Of `custom`; the others have their own. */
  fields: z.array(field).max(20).default([]),
});

const tokenAnswer = z.strictObject({
  /** Where the grant stands in the answer, when not at its top. */
  at: pointer.optional(),
  /** Errors that are not those of RFC 6749, by the one that they mean. */
  errors: z
    .record(
      z.string().max(100),
      z.enum([
        'access_denied',
        'invalid_grant',
        'invalid_client',
        'invalid_scope',
        'redirect_uri_mismatch',
        'unauthorized_client',
      ]),
    )
    .default({}),
  /** What a refusal (400) means that has no body to say so. */
  without_error: z.enum(['invalid_grant', 'invalid_client']).optional(),
  /** The type of the token is not to be looked at: it is a bearer token whatever it is called. */
  any_type: z.boolean().default(false),
  /** Further texts that are kept beside the token and given to tools, by JSON pointer: the address of the API, for one. */
  fields: z.record(name.max(50), pointer).default({}),
});

const oauth = z.strictObject({
  /** Issuer identifier. Compared with `iss` (RFC 9207) when it comes. */
  issuer: address.optional(),
  /** The addresses are read from the issuer's metadata (OpenID Connect Discovery, RFC 8414). */
  discovery: z.boolean().default(false),
  /** With discovery: also by RFC 8414 alone, where there is no OpenID Connect. */
  any_metadata: z.boolean().default(false),
  /** For what tokens are asked (RFC 8707). */
  resource: address.optional(),
  /** The option that holds the usual scopes, separated by commas. */
  scopes_option: name.optional(),
  /** Whether `iss` always comes; with discovery the metadata say so. */
  iss_required: z.boolean().default(false),
  authorize_url: address.optional(),
  token_url: address.optional(),
  device_url: address.optional(),
  /** Answers with who the token belongs to: names the account and shows whether a token is good, unless said otherwise. */
  userinfo_url: address.optional(),
  /** RFC 7009. */
  revoke_url: address.optional(),
  /** False: it refuses or ignores PKCE. */
  pkce: z.boolean().default(true),
  client_auth: z.enum(['post', 'basic', 'none']).default('post'),
  scopes: z.array(scope).max(200).default([]),
  /** Other scopes than these may be asked for. */
  other_scopes: z.boolean().default(true),
  scope_separator: z.enum([' ', ',']).default(' '),
  /** The parameter of the authorization request that takes the scopes. */
  scope_parameter: z.string().max(50).default('scope'),
  /** Of the authorization request. */
  authorize_parameters: filledText.default({}),
  token_answer: tokenAnswer.prefault({}),
  refresh: z
    .strictObject({
      /** False: there are no refresh tokens, or access does not end. */
      supported: z.boolean().default(true),
      /** A used refresh token is refused: the answer brings the next one. */
      rotates: z.boolean().default(false),
    })
    .prefault({}),
});

const account = z.strictObject({
  /** Where the name of the account stands: in the answer to this request, else of userinfo, else in that of the token. */
  request: describedRequest.optional(),
  /** The first that holds a text counts. */
  at: z.array(pointer).min(1).max(10),
});

const revocation = z.strictObject({
  /** Instead of RFC 7009. */
  request: describedRequest.optional(),
  /** What a person does, where a request is not enough or there is none. */
  by_hand: text.optional(),
  by_hand_url: z.url({ protocol: /^https$/ }).optional(),
});

export const providerFields = z.strictObject({
  name,
  title: text,
  /** Which kind of account it gives: what tools ask for. The name, unless said otherwise. */
  system: name.optional(),
  /** The option of a registration that says so instead. */
  system_option: name.optional(),
  documentation: z.url({ protocol: /^https$/ }).optional(),
  /** How we are registered there, for admins. */
  register: text.optional(),
  register_url: z.url({ protocol: /^https$/ }).optional(),
  options: z.array(option).max(10).default([]),
  oauth: oauth.optional(),
  strategies: z.array(otherStrategy).max(5).default([]),
  account: account.optional(),
  /** Answers 2xx while a token is good, 401 when it is dead; by default userinfo. Takes tokens of the strategy `token` too. */
  alive: describedRequest.optional(),
  revocation: revocation.prefault({}),
});

export const providerSchema = providerFields.superRefine((provider, context) => {
  for (const { path, message } of providerFaults(provider))
    context.addIssue({ code: 'custom', path: [...path], message });
});

export type Provider = z.output<typeof providerFields>;
export type OauthOfProvider = z.output<typeof oauth>;
export type DescribedRequest = z.output<typeof describedRequest>;
export type ProviderOption = z.output<typeof option>;

/** Every provider by its name. */
export type Providers = ReadonlyMap<string, Provider>;

/** Which kind of account it gives. */
export function systemOf({ system, name: own }: Provider): string {
  return system ?? own;
}

/** The same of an account that is connected with a registration. */
export function systemWith(provider: Provider, options: Readonly<Record<string, string>>): string {
  const { system_option } = provider;
  return (system_option === undefined ? undefined : options[system_option]) ?? systemOf(provider);
}
