// The one permission table: which role may do what. Every operation names one permission; an API key's scopes narrow it.

export const permissions = [
  /** See and call tools: one permission, so that what is listed can be called. */
  'tools.use',
  'keys.read',
  'keys.write',
  'members.read',
  'members.write',
  'audit.read',
  'sources.read',
] as const;

export type Permission = (typeof permissions)[number];

const member: readonly Permission[] = ['tools.use', 'keys.read', 'keys.write'];
const builder: readonly Permission[] = [...member, 'sources.read'];
const admin: readonly Permission[] = permissions;

/** Members manage their own keys only; admins and owners every key of the tenant. */
export const rolePermissions = { owner: admin, admin, builder, member } as const satisfies Record<
  string,
  readonly Permission[]
>;

export type Role = keyof typeof rolePermissions;

export const roles = Object.keys(rolePermissions) as readonly Role[];
