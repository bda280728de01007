// Every surface, on one corridor.
import type { Services } from './create-services.ts';
import { fileRoutes } from './surfaces/files/file-routes.ts';
import { handoffRoutes } from './surfaces/handoff/handoff-routes.ts';
import { mcpRoutes } from './surfaces/mcp/mcp-routes.ts';
import { packRoutes } from './surfaces/packs/pack-routes.ts';
import { pageRoutes } from './surfaces/pages.ts';
import { openapiRoute } from './surfaces/rest/openapi.ts';
import { restRoutes } from './surfaces/rest/rest-routes.ts';
import { remoteRoutes } from './surfaces/remote/remote-routes.ts';
import type { Route } from './surfaces/route.ts';
import { toolboxRoutes } from './surfaces/toolbox/toolbox-routes.ts';
import { connectRoutes } from './surfaces/web/connect/connect-routes.ts';
import { interactionRoutes } from './surfaces/web/interactions/interaction-routes.ts';
import { peopleRoutes } from './surfaces/web/people-routes.ts';
import { signOnLinks, signOnRoutes } from './surfaces/web/sign-on-pages.ts';
import { version } from './version.ts';

export function createRoutes(services: Services): readonly Route[] {
  const { corridor } = services;
  return [
    ...toolboxRoutes({ corridor, version }),
    ...mcpRoutes({ ...services, version }),
    ...restRoutes(services),
    ...remoteRoutes(services),
    ...peopleRoutes({
      ...services,
      signOnLinks: (organisation, next) => signOnLinks(services, organisation, next),
    }),
    ...connectRoutes(services),
    ...interactionRoutes(services),
    ...handoffRoutes(services),
    ...signOnRoutes(services),
    ...fileRoutes(services),
    ...packRoutes(services),
    openapiRoute(version),
    ...pageRoutes,
  ];
}
