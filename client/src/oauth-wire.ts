// The types of OAuth clients, of providers and of connecting, on the wire of the REST surface. Times are ISO 8601 in UTC.
import type { CredentialStrategy } from './credential-wire.ts';

/** A registration of this server at a provider. Its secret is never shown. */
export interface OauthClient {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  readonly options: Readonly<Record<string, string>>;
  /** Whose connections are made with it: everybody's of the tenant, or one person's. */
  readonly scope: 'tenant' | 'person';
  /** To be registered at the provider, exactly. */
  readonly redirect_uri: string;
  readonly created_at: string;
}

export interface OauthClientList {
  readonly oauth_clients: readonly OauthClient[];
}

export interface NewOauthClientBody {
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  /** Without it: a public client. */
  readonly client_secret?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** `person` when absent: for your own connections alone. */
  readonly scope?: 'tenant' | 'person';
}

/** Where accounts come from, and in which ways. */
export interface Provider {
  readonly name: string;
  readonly title: string;
  /** Which kind of account it gives. */
  readonly system: string;
  readonly documentation?: string;
  readonly options: readonly {
    readonly name: string;
    readonly title: string;
    readonly help?: string;
    readonly default?: string;
    readonly required: boolean;
    /** Who says it: whoever registers, or whoever connects. */
    readonly set_by: 'client' | 'person';
  }[];
  readonly oauth?: {
    /** There is a client to connect with. */
    readonly ready: boolean;
    readonly scopes: readonly {
      readonly name: string;
      readonly title: string;
      readonly default: boolean;
      readonly always: boolean;
    }[];
    readonly register?: string;
    readonly register_url?: string;
    /** Of the client in the server's configuration. */
    readonly redirect_uri: string;
  };
  /** Other ways to give an account. */
  readonly strategies: readonly {
    readonly strategy: CredentialStrategy;
    readonly title: string;
    readonly help?: string;
    readonly help_url?: string;
    readonly fields: readonly { readonly name: string; readonly title: string; readonly secret: boolean }[];
  }[];
}

export interface ProviderList {
  readonly providers: readonly Provider[];
}

export interface ConnectBody {
  readonly provider: string;
  readonly name?: string;
  readonly scope?: 'private' | 'shared';
  readonly scopes?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly oauth_client_id?: string;
  /** Connects this credential again. */
  readonly credential_id?: string;
  /** Where the person's browser goes afterwards: a path of the server, or what its operator allows. */
  readonly return_to?: string;
}

export interface ConnectLink {
  /** A page of this server, for the browser of the person whose key this is. */
  readonly url: string;
}

export interface DeviceConnect {
  /** To ask with how it stands; secret. */
  readonly flow: string;
  /** For the person to enter at `verification_uri`. */
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete?: string;
  readonly interval_s: number;
  readonly expires_at: string;
}

export type DeviceConnectState =
  | { readonly status: 'waiting'; readonly interval_s: number }
  | { readonly status: 'connected'; readonly credential_id: string };
