// An operation of the REST surface: one object from which router, OpenAPI and tests follow. An operation cannot exist
// without a guard, a word on its audit, schemas and the errors it answers with.
import type { z } from 'zod';
import type { ErrorCode } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { PublicAddresses } from '../../base/public-addresses.ts';
import type { Issuers } from '../../credentials/sign-on/issuers.ts';
import type { FlowDeps } from '../../credentials/oauth/flow.ts';
import type { CredentialResolver } from '../../credentials/resolver.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import type { Definitions } from '../../definitions/create-definitions.ts';
import type { Mirrors } from '../../definitions/mirror/create-mirrors.ts';
import type { TenantHttp } from '../../base/tenant-http.ts';
import type { CatalogueOf } from '../../definitions/tenant-catalogues.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import type { Passwords } from '../../identity/passwords.ts';
import type { Permission } from '../../identity/permissions.ts';
import type { Identify, Principal } from '../../identity/principal.ts';
import type { OnMemberLeaving } from '../../identity/remove-member.ts';
import type { UseLimiter } from '../../identity/use-limiter.ts';
import type { HandOffs } from '../../interactions/handoff/create-handoffs.ts';
import type { Interactions } from '../../interactions/interaction.ts';
import type { InteractionWaiter } from '../../interactions/interaction-waiter.ts';
import type { Corridor } from '../../invoke/call.ts';
import type { Packs } from '../../packs/packs.ts';
import type { ByteStream, TextStream } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import type { UploadPlaces } from './upload-places.ts';

export interface RestDeps extends IdentityDeps {
  readonly clock: Clock;
  readonly corridor: Corridor;
  readonly definitions: Definitions;
  readonly packs: Packs;
  readonly mirrors: Mirrors;
  /** Asks people for what only they can do. */
  readonly interactions: Interactions;
  /** For what goes out on behalf of a tenant. */
  readonly tenant_http: TenantHttp;
  /** Which tools a tenant has. */
  readonly catalogueOf: CatalogueOf;
  readonly identify: Identify;
  /** Drops what is remembered of keys and members after a change. */
  readonly forgetIdentities: () => void;
  readonly vault: Vault;
  /** Whose account a call would use. */
  readonly credentials: CredentialResolver;
  /** Connecting accounts. */
  readonly oauth: FlowDeps;
  /** Addresses elsewhere to which people may be sent back. */
  readonly return_urls: readonly string[];
  /** For every link and return address. */
  readonly addresses: PublicAddresses;
  /** For requests that wait until a person has acted. */
  readonly waiter: InteractionWaiter;
  readonly mode: 'development' | 'production';
  /** Bounds what is uploaded at once. */
  readonly uploads: UploadPlaces;
  readonly handOffs: HandOffs;
  readonly passwords: Passwords;
  readonly uses: UseLimiter;
  /** What the layers above identity do with what they keep of a member who goes. */
  readonly onMemberLeaving: OnMemberLeaving;
  /** What is said to the issuers of single sign-on. */
  readonly issuers: Issuers;
  readonly health: HealthChecks;
}

/** What readiness is made of; each answers within its own time limit. */
export interface HealthChecks {
  database(): Promise<boolean>;
  audit(): boolean;
  stopping(): boolean;
}

/** Who may use the operation. */
export type Guard =
  /** A principal with this permission. */
  | {
      readonly kind: 'permission';
      readonly permission: Permission;
      /** Only a person who is signed in with a browser; an API key is answered `session_required`. */
      readonly session_only?: boolean;
    }
  /** The corridor identifies and authorises. */
  | { readonly kind: 'corridor' }
  /** Anyone. */
  | { readonly kind: 'public'; readonly reason: string };

/** How the operation shows in the audit. */
export type AuditPolicy =
  | { readonly kind: 'call' }
  | { readonly kind: 'change' }
  | { readonly kind: 'none'; readonly reason: string };

export interface Operation<Query = unknown, Body = unknown, Output = unknown> {
  /** Verb and object, permanent: `createKey`. */
  readonly id: string;
  readonly method: Route['method'];
  readonly path: string;
  readonly summary: string;
  readonly guard: Guard;
  readonly audit: AuditPolicy;
  /** The `{name}` parts of the path, described. */
  readonly params: Readonly<Record<string, string>>;
  /** Absent: the operation takes no query. */
  readonly query?: z.ZodType<Query>;
  /** Absent: the operation takes no body. */
  readonly body?: z.ZodType<Body>;
  /** The body is bytes, which the handler reads from the exchange by itself. */
  readonly takes_bytes?: true;
  readonly output: z.ZodType<Output>;
  /** Absent: JSON. */
  readonly media_type?: string;
  /** 200 unless said otherwise. */
  readonly status?: number | ((output: Output) => number);
  /** Where the status says which of several answers it is: the schema of each. */
  readonly answers?: Readonly<Record<number, z.ZodType>>;
  /** The errors of its own, beside those of its guard and of its body. */
  readonly errors: readonly ErrorCode[];
  readonly handle: (input: OperationInput<Query, Body>, deps: RestDeps) => Promise<Output | TextStream | ByteStream>;
}

export interface OperationInput<Query, Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly exchange: Exchange;
  /** Set when the guard is a permission. Throws TypeError otherwise. */
  readonly principal: Principal;
}

/** An operation in the list of all: its types are checked where it is defined. */
// oxlint-disable-next-line typescript/no-explicit-any -- existential type: each handler gets what its own schemas made
export type AnyOperation = Operation<any, any, any>;
