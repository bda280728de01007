// POST /v1/connect/device/poll: whether the code has been entered. The provider is asked at most once in its interval.
import type { DeviceConnectState } from '@toolcrib/client';
import { z } from 'zod';
import { pollDeviceFlow } from '../../credentials/oauth/device-flow.ts';
import { deviceConnectState } from './oauth-schemas.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject({ flow: z.string().min(1).max(200) });

export const pollDeviceConnect: Operation<unknown, z.output<typeof body>, DeviceConnectState> = {
  id: 'pollDeviceConnect',
  method: 'POST',
  path: '/v1/connect/device/poll',
  summary: 'Ask whether the code of a device connection has been entered',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: deviceConnectState,
  errors: ['not_found', 'conflict', 'provider_failed', 'address_refused', 'vault_unavailable'],
  handle: ({ principal, body: { flow } }, { oauth }) => pollDeviceFlow(oauth, principal, flow),
};
