// What tests of single sign-on share: a server with two tenants, an issuer, and a sign-on of the first tenant there.
import type { NewSignOnBody, SignOn } from '@toolcrib/client';
import type { Config } from '../../server/src/base/settings.ts';
import { startOidcProvider } from './oidc-provider.ts';
import type { OidcProvider, OidcProviderOptions } from './oidc-provider.ts';
import { startTestServer } from './test-server.ts';
import type { TestServer, TestServerOptions } from './test-server.ts';

export interface SignOnOffice {
  readonly toolcrib: TestServer;
  readonly issuer: OidcProvider;
  /** Of the tenant `acme`, open for the domain acme.example. */
  readonly sign_on: SignOn;
  /** Under another name of this machine than the issuer's: two sites for a browser. */
  readonly url: string;
  /** Where its button leads. */
  readonly button: string;
  /** Makes a sign-on at the issuer; of `acme` unless `tenant` says otherwise. */
  createSignOn(settings?: Partial<NewSignOnBody>, tenant?: string): Promise<SignOn>;
  buttonOf(sign_on: SignOn, tenant?: string): string;
  /** The members of `acme`, by e-mail address, with their roles. */
  members(tenant?: string): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export const issuerSecret = 'client-secret-of-the-tests';

export async function openSignOnOffice(
  options: Omit<TestServerOptions, 'config'> & {
    readonly config?: Partial<Config>;
    readonly issuer?: OidcProviderOptions;
  } = {},
): Promise<SignOnOffice> {
  const issuer = await startOidcProvider(options.issuer);
  const { issuer: _issuer, config, ...rest } = options;
  const toolcrib = await startTestServer({
    ...rest,
    tenants: ['acme', 'other'],
    config: { allowed_private: ['127.0.0.1'], ...config },
  });
  const url = toolcrib.url.replace('127.0.0.1', 'localhost');
  const keyOf = (tenant: string): string => toolcrib.keys[tenant] ?? '';
  const createSignOn = async (settings: Partial<NewSignOnBody> = {}, tenant = 'acme'): Promise<SignOn> => {
    const body = {
      ...{ name: 'Acme', issuer: issuer.issuer, client_id: 'toolcrib', client_secret: issuerSecret },
      ...settings,
    };
    const answer = await toolcrib.request('POST', '/v1/sign-ons', { body, key: keyOf(tenant) });
    if (answer.status !== 201) throw new Error(answer.text);
    const made = answer.body as SignOn;
    issuer.allowReturn(`${url}${new URL(made.redirect_uri).pathname}`);
    return made;
  };
  const sign_on = await createSignOn({ domains: ['acme.example'] });
  const buttonOf = ({ id }: SignOn, tenant = 'acme'): string => `${url}/sign-on/${tenant}/${id}`;
  return {
    ...{ toolcrib, issuer, sign_on, url, createSignOn, buttonOf },
    button: buttonOf(sign_on),
    members: async (tenant = 'acme') => {
      const { body } = await toolcrib.request('GET', '/v1/members', { key: keyOf(tenant) });
      return Object.fromEntries(
        (body.members as { email: string; role: string }[]).map(({ email, role }) => [email, role]),
      );
    },
    stop: async () => {
      await toolcrib.stop();
      await issuer.stop();
    },
  };
}
