import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permissions, rolePermissions, roles } from './permissions.ts';
import type { Permission, Role } from './permissions.ts';
import { lackingToGive, rolesGivenBy } from './role-rules.ts';
import type { Giver } from './role-rules.ts';

const role = fc.constantFrom(...roles);
/** A session, or a key of any scopes: never more than the role has. */
const giver: fc.Arbitrary<Giver> = role.chain((of) =>
  fc.subarray([...rolePermissions[of]]).map((scopes) => ({ role: of, permissions: new Set<Permission>(scopes) })),
);

describe('who may give which role', () => {
  test('nobody gives what they may not do themselves', () => {
    fc.assert(
      fc.property(giver, role, (by, given) => {
        if (lackingToGive(by, given) !== undefined) return;
        expect(by.permissions.has('members.write')).toBe(true);
        expect(rolePermissions[given].filter((permission) => !by.permissions.has(permission))).toEqual([]);
      }),
    );
  });

  test('only owners give or take the role of an owner', () => {
    fc.assert(
      fc.property(giver, (by) => {
        if (lackingToGive(by, 'owner') === undefined) expect(by.role).toBe('owner');
      }),
    );
  });

  test('no chain of gifts leads above where it began', () => {
    const reach = (from: Role, seen = new Set<Role>([from])): ReadonlySet<Role> => {
      for (const next of rolesGivenBy(from)) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    for (const from of ['admin', 'builder', 'member'] as const) expect(reach(from).has('owner')).toBe(false);
    expect(rolesGivenBy('builder')).toEqual([]);
    expect(rolesGivenBy('member')).toEqual([]);
  });

  test('fewer scopes never allow more', () => {
    fc.assert(
      fc.property(giver, role, fc.subarray([...permissions]), (by, given, kept) => {
        const narrowed = { ...by, permissions: new Set(kept.filter((one) => by.permissions.has(one))) };
        if (lackingToGive(narrowed, given) === undefined) expect(lackingToGive(by, given)).toBeUndefined();
      }),
    );
  });
});
