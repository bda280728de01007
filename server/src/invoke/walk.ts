// One call on its way through the corridor: what the steps have found out so far. Lives as long as the call.
import type { Arguments } from '../catalog/parameters.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { ToolResult } from '../catalog/result.ts';
import type { Secret } from '../catalog/secret-text.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Clock } from '../base/clock.ts';
import type { ToolcribError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { TenantHttp } from '../base/tenant-http.ts';
import type { PlanCandidate, PlanRule } from '@toolcrib/client';
import type { CallerCredential } from '../credentials/credential.ts';
import type { CredentialResolver } from '../credentials/resolver.ts';
import type { VariablesOf } from '../credentials/variable-reader.ts';
import type { Vault } from '../credentials/vault/vault.ts';
import type { ToolFilesFor } from '../files/tool-files.ts';
import type { ToolPausesFor } from '../interactions/tool-pauses.ts';
import type { Approvals, Interactions } from '../interactions/interaction.ts';
import type { Identify, Principal } from '../identity/principal.ts';
import type { UseLimiter } from '../identity/use-limiter.ts';
import type { AuditWriter } from '../ledger/audit.ts';
import type { CatalogueOf } from '../definitions/tenant-catalogues.ts';
import type { CallRequest, Corridor } from './call.ts';
import type { Places } from './places.ts';
import type { Vouchers } from './verify.ts';

/** What the corridor is made from. */
export interface CorridorParts {
  readonly identify: Identify;
  /** The tenant's catalogue of this moment; a call keeps the one it found its tool in. */
  readonly catalogueOf: CatalogueOf;
  readonly audit: AuditWriter;
  readonly places: Places;
  /** Bounds on use over all processes. */
  readonly uses: UseLimiter;
  /** Whose account a call uses, and the account itself. */
  readonly credentials: CredentialResolver;
  /** The caller's secret variables. */
  readonly variablesOf: VariablesOf;
  readonly approvals: Approvals;
  readonly interactions: Interactions;
  readonly toolPauses: ToolPausesFor;
  /** Files that tools save and read for their caller. */
  readonly filesFor: ToolFilesFor;
  /** For what tools send out. */
  readonly outgoing: TenantHttp;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** True once a graceful stop has begun. */
  readonly stopping: () => boolean;
}

/** What its steps work with. */
export interface CorridorDeps extends CorridorParts {
  /** The corridor itself, for calls within calls. */
  readonly call: Corridor['call'];
}

export interface Walk {
  readonly request: CallRequest;
  readonly call_id: string;
  readonly started_at: number;
  readonly started_monotonic: number;
  /** Its signal is made when it is first asked for. */
  readonly controller: AbortController;
  /** Ends the call early: its deadline is over, or the caller has gone away. */
  end: (reason: ToolcribError) => void;
  principal: Principal | undefined;
  tool: Tool | undefined;
  /** Where the tool was found: held until the call gives it back. */
  held: Catalogue | undefined;
  /** Absent when the tool names no auth service. */
  vouchers: Vouchers | undefined;
  args: Arguments | undefined;
  /** Keyed; made when it is first asked for. */
  arguments_digest: string | undefined;
  /** Which rule has decided whose account is used. */
  rule: PlanRule | undefined;
  /** The credential that the plan names, without its secrets. */
  credential_used: PlanCandidate | undefined;
  /** The account for the tool. */
  credential: CallerCredential | undefined;
  /** Arguments with the secret variables that they name: for the tool alone, never shown, digested or recorded. */
  filled_args: Arguments | undefined;
  /** The caller's secret variables, for a tool that uses some. */
  secret: Secret | undefined;
  /** Every secret variable that the caller has, where the tool uses some. */
  variables: ReadonlyMap<string, string> | undefined;
  /** Those that the call has been given so far, by name. */
  secrets_used: ReadonlyMap<string, string> | undefined;
  /** The approval that this call has used up. */
  approval_id: string | undefined;
  /** Rows that the caller has already. */
  skip_rows: number;
  /** Gives back the places among the running calls. */
  leave: (() => void) | undefined;
  result: ToolResult | undefined;
  error: ToolcribError | undefined;
}
