// The settings endpoints that a module exports.
import { defined_route } from '@toolcrib/client';
import type { DefinedRoute } from '@toolcrib/client';
import { limits } from '../base/limits.ts';
import type { PackRoute } from './pack.ts';

const path_pattern = /^(\/([a-z0-9_-]+|\{[a-z][a-z0-9_]*\})){1,5}$/;
const methods = ['GET', 'POST', 'PUT', 'DELETE'];

export function readRoutes(module: Readonly<Record<string, unknown>>): {
  readonly routes: readonly PackRoute[];
  readonly problems: readonly string[];
} {
  const routes: PackRoute[] = [];
  const problems: string[] = [];
  for (const [name, found] of Object.entries(module)) {
    if (!isDefinedRoute(found)) continue;
    const { method, path, handler, summary, permission = 'packs.write' } = found;
    const key = `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
    if (!methods.includes(method)) problems.push(`"${name}" has the method ${method}; there are ${methods.join(', ')}`);
    else if (!path_pattern.test(path)) problems.push(`"${name}" has a path that is not like /channels/{id}`);
    else if (typeof handler !== 'function') problems.push(`"${name}" has no handler`);
    else if (permission !== 'packs.write' && permission !== 'packs.read') {
      problems.push(`"${name}" asks for a permission that is neither packs.read nor packs.write`);
    } else if (routes.some((one) => `${one.method} ${one.path.replaceAll(/\{[^}]*\}/g, '{}')}` === key)) {
      problems.push(`"${name}" serves ${key}, which another export serves`);
    } else routes.push({ method, path, handler, summary, permission });
  }
  if (routes.length > limits.pack_routes) problems.push(`there are more than ${limits.pack_routes} routes`);
  return { routes, problems };
}

function isDefinedRoute(found: unknown): found is DefinedRoute {
  return (
    typeof found === 'object' && found !== null && (found as { [defined_route]?: unknown })[defined_route] === true
  );
}
