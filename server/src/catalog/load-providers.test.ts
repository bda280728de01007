import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolcribError } from '../base/errors.ts';
import { fillAddress, pickOptions } from '../credentials/oauth/provider-urls.ts';
import { loadProviders } from './load-providers.ts';

const shipped = fileURLToPath(new URL('../../providers', import.meta.url));
const environment = (): undefined => undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-providers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string, name = 'own.yaml'): void => writeFileSync(join(folder, name), text);
const load = (...paths: readonly string[]) => loadProviders({ paths, environment });
const faultsOf = async () => {
  const error: unknown = await load(folder).catch((thrown: unknown) => thrown);
  return error instanceof ToolcribError ? error.faults.map(({ path, line }) => `${line} ${path}`).toSorted() : [];
};

describe('the definitions that come with the server', () => {
  it('are there, each with https addresses for the options that it has by itself', async () => {
    const providers = await load(shipped);
    expect([...providers.keys()].toSorted()).toEqual([
      ...['atlassian', 'dropbox', 'generic-oauth2', 'generic-oidc', 'github', 'gitlab', 'google', 'hubspot', 'linear'],
      ...['mcp', 'microsoft', 'notion', 'salesforce', 'slack', 'zoom'],
    ]);
    for (const provider of providers.values()) {
      // Those have their addresses from the registration.
      if (provider.name.startsWith('generic-') || provider.name === 'mcp') continue;
      const options = pickOptions(provider, { client: {}, person: {} });
      for (const name of ['authorize_url', 'token_url'] as const) {
        expect([provider.name, fillAddress(provider.oauth?.[name], options)]).toEqual([
          provider.name,
          expect.stringMatching(/^https:\/\/[a-z0-9.]+\/[\w./-]+$/),
        ]);
      }
      // What becomes of a grant at the end is always said: by a request, or to a person.
      const { revocation, oauth } = provider;
      expect(revocation.request ?? oauth?.revoke_url ?? revocation.by_hand).toBeDefined();
      expect(revocation.by_hand).toBeDefined();
      expect(provider.account).toBeDefined();
    }
    const scopes = providers
      .get('google')
      ?.oauth?.scopes.map(({ name }) => name)
      .join(' ');
    for (const part of ['gmail', 'calendar', 'drive']) expect(scopes).toContain(part);
  });

  it('never let a person choose which server our secret goes to, but within the provider', async () => {
    const providers = await load(shipped);
    const open = [...providers.values()].flatMap(({ name, options }) =>
      options.filter(({ set_by }) => set_by === 'person').map((option) => `${name}.${option.name}`),
    );
    expect(open).toEqual(['salesforce.host']);
    const { pattern = '' } = providers.get('salesforce')?.options[0] ?? {};
    const allows = (host: string): boolean => new RegExp(`^(?:${pattern})$`).test(host);
    expect(['test.salesforce.com', 'acme--dev.sandbox.my.salesforce.com'].filter(allows)).toHaveLength(2);
    const foreign = ['evil.example', 'salesforce.com.evil.example', 'evil.example/.salesforce.com', 'xsalesforce.com'];
    expect([...foreign, 'evil.example#.salesforce.com', 'user@login.salesforce.com'].filter(allows)).toEqual([]);
  });
});

describe('definitions of the operator', () => {
  it('replace one of the same name', async () => {
    write('name: github\ntitle: Ours\nstrategies: [{ strategy: token, title: Token }]\n');
    const github = (await load(shipped, folder)).get('github');
    expect(github).toMatchObject({ title: 'Ours', strategies: [{ strategy: 'token' }] });
    expect(github?.oauth).toBeUndefined();
  });

  it('are told of with file and line when they are wrong, all at once', async () => {
    write(`name: acme
title: Acme
options:
  - { name: host, title: Host, pattern: '[a-z]+', default: '1' }
oauth:
  authorize_url: http://acme.example/auth
  token_url: https://{hots}.acme.example/token
  tokn_auth: post
`);
    expect(await faultsOf()).toEqual([
      ...[
        '4 acme.options[0].default',
        '6 acme.oauth.authorize_url',
        '7 acme.oauth.token_url',
        '8 acme.oauth.tokn_auth',
      ],
    ]);
  });

  it.each([
    ['name: a\ntitle: A\n', ['1 a.strategies']],
    ['- 1\n', ['1 ']],
    ['name: a\ntitle: A\noauth: { discovery: true }\n', ['3 a.oauth.issuer']],
    ['name: a\ntitle: A\nstrategies: [{ strategy: custom, title: T }]\n', ['3 a.strategies[0].fields']],
    ['name: a\nname: b\ntitle: A\nstrategies: [{ strategy: token, title: T }]\n', ['2 a.name']],
  ])('%j is refused', async (text, faults) => {
    write(text);
    expect(await faultsOf()).toEqual(faults);
  });

  it('must not define a provider twice', async () => {
    const text = 'name: a\ntitle: A\nstrategies: [{ strategy: token, title: T }]\n';
    write(text, 'one.yaml');
    write(text, 'two.yaml');
    expect(await faultsOf()).toEqual(['1 a']);
  });
});

describe('options in addresses', () => {
  it.each([
    ['https://{host}/token', { host: 'a.example' }, 'https://a.example/token'],
    ['https://{host}/token', { host: 'a.example:8443' }, 'https://a.example:8443/token'],
    ['https://{host}/token', { host: 'evil.example/x?' }, undefined],
    ['https://{host}/token', { host: 'user@evil.example' }, undefined],
    ['https://a.example/{id}/token', { id: '../../x' }, 'https://a.example/..%2F..%2Fx/token'],
    ['https://{host}/token', {}, undefined],
    ['{issuer}', { issuer: 'https://a.example/x/' }, 'https://a.example/x/'],
    ['{issuer}/token', { issuer: 'https://a.example/x/' }, 'https://a.example/x/token'],
    ['{issuer}', { issuer: 'http://a.example' }, undefined],
    ['{issuer}', { issuer: 'file:///etc/passwd' }, undefined],
    ['{issuer}', { issuer: 'http://127.0.0.1:80' }, 'http://127.0.0.1:80'],
  ])('%s with %j is %s', (address, options, wanted) => {
    expect(fillAddress(address, options as Readonly<Record<string, string>>)).toBe(wanted);
  });
});
