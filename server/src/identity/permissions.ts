// The one permission table: which role may do what. Every operation names one permission; an API key's scopes narrow it.

export const permissions = [
  /** See and call tools: one permission, so that what is listed can be called. */
  'tools.use',
  'keys.read',
  'keys.write',
  /** See the members and service accounts, their roles, the invitations. */
  'members.read',
  'members.write',
  'workspaces.read',
  'workspaces.write',
  /** Set up single sign-on. */
  'sign_on.write',
  /** See and use one's own credentials and the shared ones; what is needed to be asked for one in a call. */
  'credentials.use',
  /** Make, connect, change and end one's own credentials. */
  'credentials.write',
  /** Offer a credential to everybody in the tenant. */
  'credentials.share',
  /** See and end every shared credential; end any of a member; revoke all of a provider. */
  'credentials.manage',
  /** Registrations of ours at providers. */
  'oauth_clients.read',
  'oauth_clients.write',
  /** Set one's own secret variables. */
  'variables.write',
  /** Set the tenant's secret variables. */
  'variables.manage',
  'policies.read',
  'policies.write',
  /** Say yes to calls of others where a policy wants a second person. Counts in a browser only. */
  'approvals.decide',
  'audit.read',
  'sources.read',
  /** Define sources, tools and toolsets of the tenant, and what hand-offs go to. */
  'tools.write',
  /** Let a tool in whose definition another server has changed. */
  'tools.approve',
  /** See which packs there are and where their settings come from. */
  'packs.read',
  /** Turn packs on and off for the tenant and give them their settings. */
  'packs.write',
  /** See and end hand-offs of everybody in the tenant; one's own need nothing. */
  'handoffs.manage',
  /** See what webhooks are signed with, change it, and see everybody's deliveries. */
  'webhooks.manage',
] as const;

export type Permission = (typeof permissions)[number];

const member: readonly Permission[] = [
  'tools.use',
  'keys.read',
  'keys.write',
  'workspaces.read',
  'credentials.use',
  'credentials.write',
  'variables.write',
];
const builder: readonly Permission[] = [
  ...member,
  'credentials.share',
  'policies.read',
  'sources.read',
  'tools.write',
  'packs.read',
];
const admin: readonly Permission[] = permissions;

/** Members manage their own keys only; admins and owners every key of the tenant. */
export const rolePermissions = { owner: admin, admin, builder, member } as const satisfies Record<
  string,
  readonly Permission[]
>;

export type Role = keyof typeof rolePermissions;

export const roles = Object.keys(rolePermissions) as readonly Role[];
