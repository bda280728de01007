// Finds the route of a request. Literal parts win over `{name}` parts; a path that exists with another method is told apart.
import type { Route } from './route.ts';

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method'; readonly allowed: readonly string[] }
  | { readonly kind: 'none' };

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  /** By method. */
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

const noParams: Readonly<Record<string, string>> = Object.freeze({});

export class Router {
  readonly #root: Node = newNode();
  /** Paths without parameters, by method and path: the common case in one look-up. */
  readonly #exact = new Map<string, RouteMatch>();

  /** Throws TypeError when two routes have the same method and path. */
  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  find(method: string, path: string): RouteMatch {
    const exact = this.#exact.get(`${method} ${path}`);
    if (exact !== undefined) return exact;
    const values: string[] = [];
    const node = walk(this.#root, path.split('/'), 1, values);
    if (node === undefined) return { kind: 'none' };
    const found = node.routes.get(method);
    if (found === undefined) return { kind: 'method', allowed: [...node.routes.keys()].sort() };
    const params = decodeParams(found.names, values);
    return params === undefined ? { kind: 'none' } : { kind: 'found', route: found.route, params };
  }

  #add(route: Route): void {
    const names: string[] = [];
    let node = this.#root;
    for (const part of route.path.split('/').slice(1)) {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name !== undefined) names.push(name);
      node = name === undefined ? child(node, part) : (node.parameter ??= newNode());
    }
    if (node.routes.has(route.method)) throw new TypeError(`Two routes for ${route.method} ${route.path}`);
    node.routes.set(route.method, { route, names });
    if (names.length === 0)
      this.#exact.set(`${route.method} ${route.path}`, { kind: 'found', route, params: noParams });
  }
}

function newNode(): Node {
  return { literals: new Map(), parameter: undefined, routes: new Map() };
}

function child(node: Node, part: string): Node {
  let next = node.literals.get(part);
  if (next === undefined) node.literals.set(part, (next = newNode()));
  return next;
}

function walk(node: Node, parts: readonly string[], index: number, values: string[]): Node | undefined {
  const part = parts[index];
  if (part === undefined) return node.routes.size > 0 ? node : undefined;
  const literal = node.literals.get(part);
  const found = literal && walk(literal, parts, index + 1, values);
  if (found !== undefined) return found;
  if (node.parameter === undefined || part === '') return undefined;
  values.push(part);
  const deeper = walk(node.parameter, parts, index + 1, values);
  if (deeper === undefined) values.pop();
  return deeper;
}

/** Undefined when a part is not valid percent-encoding. */
function decodeParams(names: readonly string[], values: readonly string[]): Record<string, string> | undefined {
  // The names are those of our own routes: a plain object is safe, and cheaper than one without a prototype.
  const params: Record<string, string> = {};
  try {
    for (const [index, name] of names.entries()) params[name] = decodeURIComponent(values[index] ?? '');
  } catch {
    return undefined;
  }
  return params;
}
