// The pages about people: signing in and out, invitations, the account.
import type { Route } from '../route.ts';
import { accountRoutes } from './account-routes.ts';
import { invitationRoutes } from './invitation-routes.ts';
import type { PeopleDeps } from './people-deps.ts';
import { signInRoutes } from './sign-in-routes.ts';

export function peopleRoutes(deps: PeopleDeps): readonly Route[] {
  return [...signInRoutes(deps), ...invitationRoutes(deps), ...accountRoutes(deps)];
}
