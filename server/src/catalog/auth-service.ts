// The contract of an auth service: whoever issues the tokens with which callers prove who they are to a tool.
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { HttpClient } from '../base/http-client.ts';
import type { JsonObject } from '../base/json.ts';
import type { Log } from '../base/log.ts';

/** The claims of a verified token. */
export type Claims = JsonObject;

export interface AuthService {
  readonly name: string;
  readonly type: string;
  /**
   * The claims of a token whose signature, issuer, audience and times are right.
   * Throws `token_expired`, `token_refused` (params service, reason) or `issuer_unavailable`; never repeats the token.
   */
  verify(token: string): Promise<Claims>;
}

/** What a kind of auth service must offer. */
export interface AuthServiceKind<Config = unknown> {
  /** Permanent name, as written in the file: `oidc`. */
  readonly type: string;
  readonly aliases: readonly string[];
  /** The fields of the configuration beside name and type; strict, with a description per field. */
  readonly fields: z.ZodType<Config>;
  /** Makes the service without connecting: an issuer that is down fails only the calls that need it. */
  open(name: string, config: Config, deps: AuthServiceDeps): AuthService;
}

export interface AuthServiceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** For discovery and keys; nothing else opens a connection to an issuer. */
  readonly http: HttpClient;
}
