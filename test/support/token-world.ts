// Servers as processes of their own on one PostgreSQL, a real OAuth provider, and a service that says whose token arrived:
// for what becomes of grants while several processes use them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { createTenant } from '../../server/src/identity/tenants.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addGrant, factsOf, openGrantOffice } from './grant-office.ts';
import type { GrantOffice, NewGrant } from './grant-office.ts';
import { startLocalHttp } from './local-http.ts';
import { startOauthProvider } from './oauth-provider.ts';
import type { OauthProvider, OauthTokens } from './oauth-provider.ts';
import { spawnServer } from './spawned-server.ts';
import type { SpawnedServer } from './spawned-server.ts';
import { postgresHome } from './stores.ts';
import type { TestTenant } from './stores.ts';

export interface TokenWorld {
  readonly provider: OauthProvider;
  readonly store: Store;
  readonly office: GrantOffice;
  /** What servers and commands need, as variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** A tenant with its owner's key. */
  tenant(slug: string): Promise<WorldTenant>;
  /** Connects an account of the provider. */
  connect(tenant: WorldTenant, more?: Partial<NewGrant> & { readonly account?: string }): Promise<Connected>;
  /** Starts another server. */
  serve(): Promise<SpawnedServer>;
  /** Calls the tool `who`: the token that arrived at the service, or the code of the error. */
  whose(server: SpawnedServer, key: string): Promise<string>;
  stop(): Promise<void>;
}

export interface WorldTenant extends TestTenant {
  readonly slug: string;
  readonly key: string;
}

export interface Connected {
  readonly id: string;
  readonly tokens: OauthTokens;
}

export async function startTokenWorld(): Promise<TokenWorld> {
  const provider = await startOauthProvider();
  const arrived: string[] = [];
  const service = await startLocalHttp((request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    void provider.isAlive(token).then((is_alive) => {
      response.statusCode = is_alive ? 200 : 401;
      response.setHeader('content-type', 'application/json');
      // A token in an answer would be made unreadable.
      response.end(JSON.stringify(is_alive ? { arrived: arrived.push(token) } : { message: 'Bad credentials' }));
    });
  });
  const home = await postgresHome();
  const store = await home.open();
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-tokens-'));
  const vault_key = makeMasterKey();
  const office = await openGrantOffice({ store, vault_key, provider: factsOf(provider) });
  const [definition] = office.ender.providers.values();
  writeFileSync(join(folder, 'provider.yaml'), JSON.stringify(definition));
  writeFileSync(
    join(folder, 'tools.yaml'),
    `sources:
  hub: {kind: http, baseUrl: '${service.url}', credential: {system: testprovider}}
tools:
  who: {kind: http, source: hub, method: GET, path: /user, description: d}
`,
  );
  const environment = {
    TOOLCRIB_DATABASE_URL: home.options.url ?? '',
    TOOLCRIB_VAULT_KEYS: vault_key,
    TOOLCRIB_OAUTH_PROVIDERS: join(folder, 'provider.yaml'),
    TOOLCRIB_OAUTH_CLIENTS: `testprovider=${provider.client_id}:${provider.client_secret}`,
    TOOLCRIB_ALLOWED_PRIVATE: '127.0.0.1',
    TOOLCRIB_TOOLS: join(folder, 'tools.yaml'),
    TOOLCRIB_DATA: join(folder, 'data'),
  };
  const servers: SpawnedServer[] = [];
  return {
    ...{ provider, store, office, environment },
    tenant: async (slug) => {
      const owner = { email: `owner@${slug}.example`, name: 'Owner' };
      const made = await createTenant({ store, clock: systemClock, ids: randomIds }, { slug, name: slug, owner });
      const tenant_id = made.tenant.id;
      const { user_id } = await store.inTenant(tenant_id, (db) =>
        db.selectFrom('member').select('user_id').where('tenant_id', '=', tenant_id).executeTakeFirstOrThrow(),
      );
      return { tenant_id, user_id, slug, key: made.key };
    },
    connect: async (tenant, { account = 'ada', ...more } = {}) => {
      const tokens = await provider.connect({ account });
      return { tokens, id: await addGrant(office, { tenant, tokens, ...more }) };
    },
    serve: async () => {
      const server = await spawnServer([], environment);
      servers.push(server);
      return server;
    },
    whose: async ({ url }, key) => {
      const answer = await fetch(`${url}/v1/tools/who/call`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{}',
      });
      const text = await answer.text();
      const { error } = JSON.parse(text) as { error?: { code: string } };
      const place = /"arrived\\*":\s*(\d+)/.exec(text)?.[1];
      return error?.code ?? arrived[Number(place) - 1] ?? text;
    },
    stop: async () => {
      await Promise.all(servers.map((server) => server.kill('SIGKILL')));
      await office.close();
      await store.close();
      await home.remove();
      await Promise.all([service.close(), provider.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
