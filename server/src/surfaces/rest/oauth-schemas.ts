// Schemas of what the operations about providers, registrations and connecting answer, held equal to the wire types.
import type { DeviceConnect, DeviceConnectState, OauthClient, Provider } from '@toolcrib/client';
import { z } from 'zod';
import { id, instant } from './schemas.ts';

const options = z.record(z.string(), z.string());

export const oauthClient = z
  .object({
    id,
    provider: z.string(),
    name: z.string(),
    client_id: z.string(),
    options,
    scope: z.enum(['tenant', 'person']),
    redirect_uri: z.string(),
    created_at: instant,
  })
  .meta({ id: 'OauthClient' }) satisfies z.ZodType<OauthClient>;

const strategy = z.enum(['token', 'username_password', 'oauth2', 'custom']);

export const providerOnWire = z
  .object({
    name: z.string(),
    title: z.string(),
    system: z.string(),
    documentation: z.string().exactOptional(),
    options: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        help: z.string().exactOptional(),
        default: z.string().exactOptional(),
        required: z.boolean(),
        set_by: z.enum(['client', 'person']),
      }),
    ),
    oauth: z
      .object({
        /** Whether somebody could connect now. */
        ready: z.boolean(),
        scopes: z.array(z.object({ name: z.string(), title: z.string(), default: z.boolean(), always: z.boolean() })),
        register: z.string().exactOptional(),
        register_url: z.string().exactOptional(),
        redirect_uri: z.string(),
      })
      .exactOptional(),
    strategies: z.array(
      z.object({
        strategy,
        title: z.string(),
        help: z.string().exactOptional(),
        help_url: z.string().exactOptional(),
        fields: z.array(z.object({ name: z.string(), title: z.string(), secret: z.boolean() })),
      }),
    ),
  })
  .meta({ id: 'Provider' }) satisfies z.ZodType<Provider>;

/** What can be said of a connection that is wanted; the same for the browser and for a device. */
export const connectFields = {
  provider: z.string().min(1).max(100),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('Of the credential; by default the title of the provider'),
  scope: z.enum(['private', 'shared']).default('private').describe('Who may use it: only you, or everybody'),
  scopes: z.array(z.string().min(1).max(200)).max(100).optional().describe('OAuth scopes; without it, the usual ones'),
  options: options.default({}).describe('What the definition of the provider lets a person pick'),
  oauth_client_id: id.optional().describe('The OAuth client to use; without it, the tenant’s, else the server’s'),
  credential_id: id.optional().describe('The credential that is connected again'),
};

export const deviceConnect = z
  .object({
    flow: z.string(),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string().exactOptional(),
    interval_s: z.number().int(),
    expires_at: instant,
  })
  .meta({ id: 'DeviceConnect' }) satisfies z.ZodType<DeviceConnect>;

export const deviceConnectState = z
  .union([
    z.object({ status: z.literal('waiting'), interval_s: z.number().int() }),
    z.object({ status: z.literal('connected'), credential_id: id }),
  ])
  .meta({ id: 'DeviceConnectState' }) satisfies z.ZodType<DeviceConnectState>;
