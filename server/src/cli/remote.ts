// How commands reach a running server: address and key from options or the environment.
import { ToolcribClient } from '@toolcrib/client';
import { processEnvironment } from '../base/config.ts';
import { settings } from '../base/settings.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput, Option } from './command.ts';

const default_url = `http://127.0.0.1:${settings.port.schema.parse(undefined)}`;

export const remoteOptions: Readonly<Record<string, Option>> = {
  url: { value: 'URL', description: `Address of the server; else TOOLCRIB_URL, else ${default_url}` },
  key: { value: 'KEY', description: 'API key; better in TOOLCRIB_KEY, where other users of the machine cannot see it' },
};

/** A client for the server that the options or the environment name. Throws `usage_invalid` when there is no key. */
export function remote(command: Command, { options }: CommandInput): ToolcribClient {
  const key = options['key'] ?? processEnvironment('TOOLCRIB_KEY');
  if (key === undefined) throw wrongUsage(command, 'There is no API key', 'export TOOLCRIB_KEY=tc_…');
  return new ToolcribClient({ url: options['url'] ?? processEnvironment('TOOLCRIB_URL') ?? default_url, key });
}
