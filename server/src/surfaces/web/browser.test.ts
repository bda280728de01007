import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ToolcribError } from '../../base/errors.ts';
import type { Exchange } from '../route.ts';
import { requireSameOrigin } from './browser.ts';

function isTaken(headers: IncomingHttpHeaders): boolean {
  try {
    requireSameOrigin({ request: { headers } } as Exchange);
    return true;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ToolcribError);
    expect(thrown).toMatchObject({ code: 'request_forged' });
    return false;
  }
}

const own = { host: 'tools.example.com', origin: 'https://tools.example.com' };
/** A proxy has asked for us under another name. */
const renamed = { host: '127.0.0.1:5100', origin: 'https://tools.example.com' };

describe('A32: a request comes from our own page', () => {
  test.each([
    ['the browser says so', { ...own, 'sec-fetch-site': 'same-origin' }],
    ['the browser says so, and a proxy has renamed us', { ...renamed, 'sec-fetch-site': 'same-origin' }],
    ['the origin is ours, in a browser that says nothing', own],
    ['whatever the case of the name', { ...own, host: 'Tools.Example.com' }],
  ])('%s', (_name, headers) => {
    expect(isTaken(headers)).toBe(true);
  });
});

describe('A32: it does not', () => {
  test.each([
    ['another page of the same site', { ...own, 'sec-fetch-site': 'same-site' }],
    ['another site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['a person who has typed the address', { ...own, 'sec-fetch-site': 'none' }],
    ['something unknown', { ...own, 'sec-fetch-site': '' }],
    ['another origin', { ...own, origin: 'https://evil.example' }],
    ['another port', { ...own, origin: 'https://tools.example.com:8443' }],
    ['no page', { ...own, origin: 'null' }],
    ['nothing said', { host: own.host }],
    ['another name, in a browser that says nothing', renamed],
    ['no host either', {}],
  ])('%s', (_name, headers) => {
    expect(isTaken(headers)).toBe(false);
  });
});
