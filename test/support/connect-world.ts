// A world for tests of connecting: our server, real providers that its definitions name, a real browser, and people who are
// signed in with it. Each provider is a process of its own; each person has cookies of their own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Page } from 'playwright-core';
import type { Config } from '../../server/src/base/settings.ts';
import { openBrowser } from './browser.ts';
import type { TestBrowser } from './browser.ts';
import { startOauthProvider } from './oauth-provider.ts';
import type { OauthProvider } from './oauth-provider.ts';
import { addPerson } from './people.ts';
import type { TestPerson } from './people.ts';
import { createDatabase } from './postgres.ts';
import { startTestServer } from './test-server.ts';
import type { TestServer, TestServerOptions } from './test-server.ts';

export interface ConnectWorld {
  readonly toolcrib: TestServer;
  readonly browser: TestBrowser;
  readonly providers: Readonly<Record<string, OauthProvider>>;
  /** A new member with a page on which they are signed in. */
  newPerson(email: string, options?: { readonly role?: string; readonly origin?: string }): Promise<SignedInPerson>;
  /** Rows of our own database, as its superuser. */
  rows(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export interface SignedInPerson extends TestPerson {
  readonly page: Page;
}

export interface OtherProvider {
  readonly name: string;
  /** YAML. */
  readonly definition: string;
  readonly client_id: string;
  readonly client_secret: string;
}

export interface ConnectWorldOptions {
  /** Names of providers, each with a global client; `example` when absent. */
  readonly providers?: readonly string[];
  /** Providers that run already, and stay. */
  readonly others?: readonly OtherProvider[];
  /** Lines of YAML for the definition of every provider, below `oauth:` (two spaces). */
  readonly oauth_lines?: readonly string[];
  readonly config?: Partial<Config>;
  readonly server?: TestServerOptions;
  /** Further origins under which the server is reached. */
  readonly origins?: readonly string[];
}

export async function startConnectWorld(options: ConnectWorldOptions = {}): Promise<ConnectWorld> {
  const { providers: names = ['example'], others = [], oauth_lines = [], config = {}, origins = [] } = options;
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-providers-'));
  const providers: Record<string, OauthProvider> = {};
  for (const name of names) {
    const provider = (providers[name] = await startOauthProvider());
    writeFileSync(join(folder, `${name}.yaml`), definitionOf(name, provider, oauth_lines));
  }
  for (const { name, definition } of others) writeFileSync(join(folder, `${name}.yaml`), definition);
  const browser = await openBrowser();
  const database = await createDatabase();
  const client = new Client({ connectionString: database.superuser_url });
  await client.connect();
  await client.query('set search_path to toolcrib');
  const toolcrib = await startTestServer({
    ...options.server,
    config: {
      database_url: database.url,
      allowed_private: ['127.0.0.1'],
      oauth_providers: [folder],
      oauth_clients: [...Object.entries(providers), ...others.map((other) => [other.name, other] as const)].map(
        ([provider, { client_id, client_secret }]) => ({ provider, client_id, client_secret, options: {} }),
      ),
      ...config,
    },
  });
  for (const [name, provider] of Object.entries(providers)) {
    await provider.setClient({
      client_id: provider.client_id,
      client_secret: provider.client_secret,
      redirect_uris: [toolcrib.url, ...origins].map((origin) => `${origin}/oauth/callback/${name}`),
    });
  }
  return {
    toolcrib,
    browser,
    providers,
    newPerson: async (email, { role = 'member', origin = toolcrib.url } = {}) => {
      const person = await addPerson(toolcrib, { email, role });
      const page = await browser.newPerson({ any_certificate: origin !== toolcrib.url });
      await signInWithBrowser(page, origin, person);
      return { ...person, page };
    },
    rows: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    stop: async () => {
      await browser.close();
      await toolcrib.stop();
      await client.end();
      await database.drop();
      await Promise.all(Object.values(providers).map((provider) => provider.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function signInWithBrowser(page: Page, origin: string, person: TestPerson): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.fill('input[name=organisation]', 'default');
  await page.fill('input[name=email]', person.email);
  await page.fill('input[name=password]', person.password);
  await page.click('main button');
  await page.waitForURL('**/account');
}

/** From our page to the provider's sign-in page. */
export async function goToProvider(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.click('main form button');
  await page.waitForSelector('button[name=account]');
}

/** Says yes on the provider's pages. */
export async function agree(page: Page, account = 'ada'): Promise<void> {
  await page.click(`button[name=account][value=${account}]`);
  await page.click('button[name=decision][value=accept]');
}

/** The address that the browser is sent to by an act, by a redirection too; it does not get there. `*` stands for anything. */
export async function catchRequest(page: Page, pattern: string, act: () => Promise<void>): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const caught = Promise.withResolvers<string>();
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    caught.resolve(request.url);
    const body = Buffer.from('caught').toString('base64');
    void session.send('Fetch.fulfillRequest', { requestId, responseCode: 200, body });
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: pattern, requestStage: 'Request' }] });
  await act();
  const url = await caught.promise;
  await page.waitForFunction(`document.body.textContent === 'caught'`);
  await session.detach();
  return url;
}

function definitionOf(name: string, { issuer, endpoints }: OauthProvider, lines: readonly string[]): string {
  return `name: ${name}
title: Provider ${name}
oauth:
  issuer: ${issuer}
  iss_required: true
  authorize_url: ${endpoints.authorization}
  token_url: ${endpoints.token}
  device_url: ${endpoints.device_authorization}
  userinfo_url: ${endpoints.userinfo}
  revoke_url: ${endpoints.revocation}
  client_auth: basic
  scopes:
    - { name: openid, title: Know who you are, always: true }
    - { name: email, title: See your e-mail address, default: true }
    - { name: offline_access, title: Keep access, always: true }
    - { name: repo, title: See repositories }
    - { name: calendar, title: See calendars }
  authorize_parameters: { prompt: login consent }
  refresh: { rotates: true }
${lines.map((line) => `  ${line}\n`).join('')}account: { at: [/email, /sub] }
revocation: { by_hand: Take the grant back there. }
`;
}
