import { describe, expect, it } from 'vitest';
import type { Route } from './route.ts';
import { Router } from './router.ts';

const route = (method: Route['method'], path: string): Route => ({ method, path, handle: () => undefined });
const routes = [
  route('GET', '/v1/tools'),
  route('GET', '/v1/tools/{name}'),
  route('POST', '/v1/tools/{name}/call'),
  route('GET', '/v1/tools/known'),
  route('DELETE', '/v1/keys/{id}'),
  route('POST', '/v1/keys'),
  route('GET', '/v1/keys'),
  route('GET', '/'),
];
const router = new Router(routes);

describe('Router', () => {
  it.each([
    ['GET', '/v1/tools', '/v1/tools', {}],
    ['GET', '/', '/', {}],
    ['GET', '/v1/tools/known', '/v1/tools/known', {}],
    ['GET', '/v1/tools/other', '/v1/tools/{name}', { name: 'other' }],
    ['POST', '/v1/tools/known/call', '/v1/tools/{name}/call', { name: 'known' }],
    ['GET', '/v1/tools/a%20b%2Fc', '/v1/tools/{name}', { name: 'a b/c' }],
    ['GET', '/v1/tools/__proto__', '/v1/tools/{name}', { name: '__proto__' }],
  ])('%s %s goes to %s', (method, path, expected, params) => {
    const match = router.find(method, path);
    expect(match.kind === 'found' && match.route.path).toBe(expected);
    expect(match.kind === 'found' && { ...match.params }).toEqual(params);
  });

  it.each([['/v1'], ['/v1/tools/'], ['/v1/tools//call'], ['/v1/tools/a/call/more'], ['/v1/tools/%E0%A4%A'], ['']])(
    'finds nothing at %j',
    (path) => {
      expect(router.find(path.endsWith('call') ? 'POST' : 'GET', path)).toEqual({ kind: 'none' });
    },
  );

  it('tells a wrong method from a wrong path', () => {
    expect(router.find('PUT', '/v1/keys')).toEqual({ kind: 'method', allowed: ['GET', 'POST'] });
    expect(router.find('GET', '/v1/keys/7')).toEqual({ kind: 'method', allowed: ['DELETE'] });
  });

  it('refuses two routes for the same method and path', () => {
    expect(() => new Router([route('GET', '/a/{x}'), route('GET', '/a/{y}')])).toThrow(TypeError);
  });
});
