// The address of an invitation, for a command that has no request to answer: under the usual one of the configuration.
import { createPublicAddresses } from '../base/public-addresses.ts';
import type { Config } from '../base/settings.ts';

export function invitationLink({ host, port, public_urls }: Config, text: string): string {
  const listening = (): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return createPublicAddresses({ public_urls, listening }).urlFor(undefined, `/invitations/${text}`);
}
