// Commands name members by their address, the API by their id.
import type { Member, ToolcribClient } from '@toolcrib/client';
import { nearestNames } from '../base/nearest-names.ts';
import { wrongUsage } from './command.ts';
import type { Command } from './command.ts';

/** Throws `usage_invalid` with the nearest address. */
export async function memberNamed(command: Command, client: ToolcribClient, email: string): Promise<Member> {
  const { members } = await client.listMembers();
  const found = members.find((member) => member.email === email.toLowerCase());
  if (found !== undefined) return found;
  const near = nearestNames(
    email,
    members.map((member) => member.email),
    3,
  );
  throw wrongUsage(command, `"${email}" is no member`, near.length === 0 ? undefined : `one of ${near.join(', ')}`);
}
