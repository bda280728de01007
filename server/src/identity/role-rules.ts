// Who may give, change and take which role: pure. Nobody gives a role that may do more than they may themselves, nor touches
// a member who may; owners are made and unmade by owners only.
import { ToolcribError } from '../base/errors.ts';
import { rolePermissions, roles } from './permissions.ts';
import type { Permission, Role } from './permissions.ts';

/** Whoever gives a role; the permissions may be fewer than those of the role (the scopes of a key). */
export interface Giver {
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
}

/** What the giver lacks to give this role to somebody, or to take it away; undefined when nothing. */
export function lackingToGive(giver: Giver, role: Role): Permission | 'owner' | undefined {
  if (!giver.permissions.has('members.write')) return 'members.write';
  const excess = rolePermissions[role].find((permission) => !giver.permissions.has(permission));
  if (excess !== undefined) return excess;
  return role === 'owner' && giver.role !== 'owner' ? 'owner' : undefined;
}

/** Throws `forbidden`. */
export function requireMayGive(giver: Giver, role: Role): void {
  const permission = lackingToGive(giver, role);
  if (permission !== undefined) throw new ToolcribError('forbidden', { params: { permission } });
}

/** The roles that a member of this role may give with all permissions of the role. */
export function rolesGivenBy(role: Role): readonly Role[] {
  const giver: Giver = { role, permissions: new Set(rolePermissions[role]) };
  return roles.filter((one) => lackingToGive(giver, one) === undefined);
}
