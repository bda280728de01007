// toolcrib connect: shows the link to our page, or the code for another device, and waits until the credential is there.
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectBody, Credential, ToolcribClient } from '@toolcrib/client';
import { systemClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput, Io } from './command.ts';
import { openLink } from './open-link.ts';
import { remote, remoteOptions } from './remote.ts';

export const connectCommand: Command = {
  name: 'connect',
  summary: 'Connect an account by OAuth: in the browser, or with a code on another device',
  words: 'PROVIDER',
  options: {
    ...remoteOptions,
    name: { value: 'NAME', description: 'Name of the credential; else the title of the provider' },
    scope: { value: 'SCOPE', repeatable: true, description: 'OAuth scope to ask for; else the usual ones' },
    option: { value: 'NAME=VALUE', repeatable: true, description: 'What the provider lets you pick, such as a host' },
    client: { value: 'ID', description: 'OAuth client to use' },
    again: { value: 'ID', description: 'The credential to connect again' },
    shared: { description: 'Every member of the tenant may use it' },
    device: { description: 'With a code that you enter in a browser elsewhere, where the provider has that' },
    'no-open': { description: 'Only print the link' },
  },
  run: async (input, io) => {
    const [provider, ...more] = input.words;
    if (provider === undefined || more.length > 0) throw wrongUsage(connectCommand, 'One provider is needed');
    const client = remote(connectCommand, input);
    const body = bodyOf(provider, input);
    if (input.switches.has('device')) return byDevice(client, body, io);
    return inBrowser(client, { body, opens: !input.switches.has('no-open') }, io);
  },
};

function bodyOf(provider: string, { options, lists, switches }: CommandInput): ConnectBody {
  const { name, client, again } = options;
  const { scope: scopes, option: pairs = [] } = lists;
  const picked = pairs.map((pair) => {
    const [, key, value] = /^([\w-]+)=(.+)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw wrongUsage(connectCommand, '--option takes NAME=VALUE');
    return [key, value] as const;
  });
  return {
    provider,
    scope: switches.has('shared') ? 'shared' : 'private',
    options: Object.fromEntries(picked),
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(client === undefined ? {} : { oauth_client_id: client }),
    ...(again === undefined ? {} : { credential_id: again }),
  };
}

async function inBrowser(
  client: ToolcribClient,
  { body, opens }: { readonly body: ConnectBody; readonly opens: boolean },
  io: Io,
): Promise<number> {
  const before = await changeTimes(client);
  const { url } = await client.connect(body);
  io.err(`Open this link in the browser in which you are signed in:\n\n  ${url}\n\n`);
  if (opens) openLink(url);
  const end = systemClock.monotonic() + limits.oauth_flow_ms;
  while (systemClock.monotonic() < end) {
    await delay(limits.connect_poll_ms);
    const { credentials } = await client.listCredentials();
    const found = credentials.find(
      ({ id, status, details }) =>
        status === 'ok' &&
        details?.provider === body.provider &&
        before.get(id) !== details.updated_at &&
        (body.credential_id ?? id) === id,
    );
    if (found !== undefined) return done(found, io);
  }
  io.err('Nothing was connected in time. Run the command again.\n');
  return exit.failed;
}

/** When each credential was changed last: connecting the same account again changes the one that is there. */
async function changeTimes(client: ToolcribClient): Promise<ReadonlyMap<string, string | undefined>> {
  const { credentials } = await client.listCredentials();
  return new Map(credentials.map(({ id, details }) => [id, details?.updated_at]));
}

async function byDevice(client: ToolcribClient, body: ConnectBody, io: Io): Promise<number> {
  const { flow, user_code, verification_uri, interval_s, expires_at } = await client.startDeviceConnect(body);
  io.err(`Open ${verification_uri} in a browser and enter the code\n\n  ${user_code}\n\n`);
  io.err('Enter no code that somebody else has given you: it would give them your account.\n');
  const end = systemClock.monotonic() + Date.parse(expires_at) - systemClock.now();
  for (let wait_s = interval_s; systemClock.monotonic() < end;) {
    await delay(wait_s * 1_000);
    const state = await client.pollDeviceConnect(flow);
    if (state.status === 'waiting') {
      wait_s = state.interval_s;
      continue;
    }
    const { credentials } = await client.listCredentials();
    const found = credentials.find(({ id }) => id === state.credential_id);
    if (found !== undefined) return done(found, io);
    break;
  }
  io.err('The code was not entered in time. Run the command again.\n');
  return exit.failed;
}

function done({ id, name, account }: Credential, io: Io): number {
  io.err(`Connected ${name}${account === null ? '' : ` (${account})`}.\n`);
  io.out(`${id}\n`);
  return exit.done;
}
