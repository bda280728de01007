// POST /v1/connect/device: begins to connect an account of one's own with a code that is entered at the provider (RFC 8628).
import type { DeviceConnect } from '@toolcrib/client';
import { z } from 'zod';
import { startDeviceFlow } from '../../credentials/oauth/device-flow.ts';
import { connectFields, deviceConnect } from './oauth-schemas.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject(connectFields);

export const startDeviceConnect: Operation<unknown, z.output<typeof body>, DeviceConnect> = {
  id: 'startDeviceConnect',
  method: 'POST',
  path: '/v1/connect/device',
  summary: 'Begin to connect an account with a code, for programs without a browser',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'none', reason: 'nothing is connected yet' },
  params: {},
  body,
  output: deviceConnect,
  status: 201,
  errors: [
    ...(['body_invalid', 'not_found', 'conflict', 'rate_limited', 'provider_failed', 'address_refused'] as const),
    'vault_unavailable',
  ],
  handle: async ({ principal, body: wanted }, { oauth }) => {
    const { verification_uri_complete, expires_at, ...started } = await startDeviceFlow(oauth, principal, wanted);
    return {
      ...started,
      ...(verification_uri_complete === undefined ? {} : { verification_uri_complete }),
      expires_at: new Date(expires_at).toISOString(),
    };
  },
};
