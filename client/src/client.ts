// The SDK: the operations of the REST surface as methods. Runs on any fetch; has no dependency.
import { ToolcribClientError } from './client-error.ts';
import type { Pack, PackEnabledBody, PackList, PackSettingsBody } from './pack-wire.ts';
import type { FileLink, FileList, NewFileLinkBody, NewFileQuery, StoredFile } from './file-wire.ts';
import { writeJson } from './json.ts';
import type { HandOff, HandOffDetails, HandOffFilter, HandOffList, NewSigningSecret } from './handoff-wire.ts';
import type { JsonInput, JsonObject } from './json.ts';
import type {
  Choice,
  ChoiceList,
  Credential,
  CredentialChangeBody,
  CredentialList,
  CredentialTest,
  DeletedCredential,
  NewCredentialBody,
  RevocationReceiptList,
  RevokeCredentialsBody,
  RevokedCredentials,
  Plan,
} from './credential-wire.ts';
import type { ConnectBody, ConnectLink, DeviceConnect, DeviceConnectState } from './oauth-wire.ts';
import type {
  AuditHead,
  AuditRange,
  CallAnswer,
  ErrorBody,
  Me,
  Member,
  MemberList,
  Mirror,
  NewApiKey,
  NewApiKeyBody,
  NewSignOnBody,
  NewVariableBody,
  NewInvitation,
  NewInvitationBody,
  NewServiceAccountBody,
  Definition,
  DefinitionList,
  DefinitionSummary,
  DefinitionsBody,
  DefinitionsCheck,
  SavedDefinition,
  PublicError,
  SignOn,
  SignOnList,
  ToolList,
  ToolSummary,
  Variable,
  VariableList,
} from './wire.ts';
import type { OpenapiInspection, OpenapiInspectionBody } from './wire-openapi.ts';
import type {
  Interaction,
  InteractionList,
  InteractionOffer,
  NewPolicyBody,
  PendingAnswer,
  PendingHandOff,
  Policy,
  PolicyList,
} from './interaction-wire.ts';
import type { WebhookDeliveryList, WebhookSecret, WebhookTarget } from './webhook-wire.ts';

/** An account is connected, chosen, and the call approved: three pauses, and some that run out or are undone meanwhile. */
const pauses_of_a_call = 8;
/** Seconds of one request that waits; the server allows 30. */
const wait_s = 25;

export interface ClientOptions {
  /** Address of the server: `http://127.0.0.1:5100`. */
  readonly url: string;
  /** API key: `tc_…`. */
  readonly key: string;
  /** By default the platform's own. */
  readonly fetch?: typeof fetch;
}

/** A tool's arguments by name; integers beyond 2^53 as bigint. */
export type CallArguments = Readonly<Record<string, JsonInput>>;

export interface CallOptions {
  /** Cancels the call, in the database too. */
  readonly signal?: AbortSignal;
  /** Of an answer that was cut: goes on after its last row. */
  readonly cursor?: string;
  /** Tokens by the name of their auth service, for tools that ask for them. */
  readonly tokens?: Readonly<Record<string, string>>;
  /**
   * Called when a person must do something before the call can run: show them `offer.url`. The call then waits for them and
   * is repeated. Without it such a call rejects with `connect_required`, `choice_required`, `approval_required`,
   * `input_required` or `handoff_required`.
   */
  readonly onInteraction?: (offer: InteractionOffer) => void | Promise<void>;
  /** Instead of waiting: the server sends a message there when the person has acted, then make the same call again. */
  readonly webhook?: WebhookTarget;
}

interface SendOptions {
  readonly body?: unknown;
  /** Instead of JSON. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Talks to one server with one key.
 *
 * @example
 * const toolcrib = new ToolcribClient({ url: 'http://127.0.0.1:5100', key: 'tc_…' });
 * const { result } = await toolcrib.callTool('search_flights_by_number', { airline: 'CY', flight_number: '888' });
 */
export class ToolcribClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Who the key acts for. */
  me(): Promise<Me> {
    return this.#send('GET', '/v1/me');
  }

  /** The tools that the key can call; those of one toolset when it is named. */
  listTools(options: { readonly toolset?: string } = {}): Promise<ToolList> {
    const query = options.toolset === undefined ? '' : `?toolset=${encodeURIComponent(options.toolset)}`;
    return this.#send('GET', `/v1/tools${query}`);
  }

  getTool(name: string): Promise<ToolSummary> {
    return this.#send('GET', `/v1/tools/${encodeURIComponent(name)}`);
  }

  /** Calls a tool. Rejects with ToolcribClientError for everything that is not a result. */
  async callTool(name: string, args: CallArguments = {}, options: CallOptions = {}): Promise<CallAnswer> {
    const { onInteraction, signal } = options;
    for (let pause = 0; ; pause += 1) {
      try {
        return await this.#callOnce(name, args, options);
      } catch (thrown) {
        const offer = thrown instanceof ToolcribClientError ? thrown.detail.interaction : undefined;
        if (offer === undefined || onInteraction === undefined || pause === pauses_of_a_call) throw thrown;
        await onInteraction(offer);
        const { status } = await this.waitForInteraction(offer.id, signal === undefined ? {} : { signal });
        // How a hand-off has ended is told by the same call, once more.
        if ((status === 'expired' || status === 'cancelled') && offer.kind !== 'handoff') throw thrown;
      }
    }
  }

  async #callOnce(name: string, args: CallArguments, options: CallOptions): Promise<CallAnswer> {
    const { signal, cursor, webhook, tokens = {} } = options;
    const headers = Object.fromEntries(Object.entries(tokens).map(([service, token]) => [`${service}_token`, token]));
    const more = { ...(cursor === undefined ? {} : { cursor }), ...(webhook === undefined ? {} : { webhook }) };
    const path = `/v1/tools/${encodeURIComponent(name)}/call`;
    const sent = { body: { arguments: args, ...more }, headers, signal };
    const answer = await this.#send<CallAnswer | PendingAnswer>('POST', path, sent);
    if ('pending' in answer) throw new ToolcribClientError(202, toPause(name, answer.pending));
    return answer;
  }

  /** What waits for the key's person, and calls of others that they may decide. */
  listInteractions(): Promise<InteractionList> {
    return this.#send('GET', '/v1/interactions');
  }

  /** How an interaction stands. */
  getInteraction(id: string): Promise<Interaction> {
    return this.#send('GET', `/v1/interactions/${encodeURIComponent(id)}`);
  }

  /** The same when a person has acted, or its time is over. */
  async waitForInteraction(id: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Interaction> {
    for (;;) {
      const path = `/v1/interactions/${encodeURIComponent(id)}?wait_s=${wait_s}`;
      const interaction = await this.#send<Interaction>('GET', path, { signal });
      if (interaction.status !== 'pending') return interaction;
    }
  }

  /** The person is not asked any more. */
  cancelInteraction(id: string): Promise<Interaction> {
    return this.#send('POST', `/v1/interactions/${encodeURIComponent(id)}/cancel`);
  }

  listDefinitions(): Promise<DefinitionList> {
    return this.#send('GET', '/v1/definitions');
  }

  /** A definition with its fields. */
  getDefinition(entity: DefinitionSummary['entity'], name: string): Promise<Definition> {
    return this.#send('GET', `/v1/definitions/${entity}/${encodeURIComponent(name)}`);
  }

  /** Makes or replaces a source, a tool or a toolset of the tenant, by the fields that a tool file has. */
  saveDefinition(entity: DefinitionSummary['entity'], name: string, fields: JsonObject): Promise<SavedDefinition> {
    return this.#send('PUT', `/v1/definitions/${entity}/${encodeURIComponent(name)}`, { body: fields });
  }

  deleteDefinition(entity: DefinitionSummary['entity'], name: string): Promise<{ readonly deleted: string }> {
    return this.#send('DELETE', `/v1/definitions/${entity}/${encodeURIComponent(name)}`);
  }

  /** Makes what a client of hand-offs signs pushed results with; the one before counts no longer. Shown once. */
  createSigningSecret(source: string): Promise<NewSigningSecret> {
    return this.#send('POST', `/v1/definitions/source/${encodeURIComponent(source)}/signing-secret`);
  }

  /** Deletes it: the client can push no more. */
  deleteSigningSecret(source: string): Promise<{ readonly deleted: string }> {
    return this.#send('DELETE', `/v1/definitions/source/${encodeURIComponent(source)}/signing-secret`);
  }

  /** Whether definitions could be saved, together, without saving them. */
  checkDefinitions(body: DefinitionsBody): Promise<DefinitionsCheck> {
    return this.#send('POST', '/v1/definitions/check', { body });
  }

  /** Looks into an OpenAPI document before tools are made of it. */
  inspectOpenapi(body: OpenapiInspectionBody): Promise<OpenapiInspection> {
    return this.#send('POST', '/v1/openapi/inspect', { body });
  }

  /** Messages about the end of interactions, newest first: of one's own calls; of everybody's with `webhooks.manage`. */
  listWebhookDeliveries(
    options: { readonly limit?: number; readonly before?: string } = {},
  ): Promise<WebhookDeliveryList> {
    return this.#send('GET', `/v1/webhook-deliveries?${queryOf(options)}`);
  }

  /** What webhooks of the tenant are signed with; made when it is first asked for. */
  getWebhookSecret(): Promise<WebhookSecret> {
    return this.#send('GET', '/v1/webhook-secret');
  }

  /** A new one; the one before signs beside it for a day. */
  rotateWebhookSecret(): Promise<WebhookSecret> {
    return this.#send('POST', '/v1/webhook-secret/rotate');
  }

  /** The tools of another MCP server: which are accepted, and what has changed. */
  getMirror(source: string): Promise<Mirror> {
    return this.#send('GET', `/v1/sources/${encodeURIComponent(source)}/mirror`);
  }

  /** Asks the server for its tools now; the first time, they are accepted as they are. */
  lookAtMirror(source: string, body: { readonly credential_id?: string } = {}): Promise<Mirror> {
    return this.#send('POST', `/v1/sources/${encodeURIComponent(source)}/mirror`, { body });
  }

  /** Accepts just these definitions; `hash` is the `seen_hash` of what was looked at. */
  approveMirror(source: string, tools: readonly { readonly name: string; readonly hash: string }[]): Promise<Mirror> {
    return this.#send('POST', `/v1/sources/${encodeURIComponent(source)}/mirror/approve`, { body: { tools } });
  }

  /** Work of people in other applications, newest first: one's own; everybody's with `handoffs.manage`. */
  listHandOffs(filter: HandOffFilter = {}): Promise<HandOffList> {
    return this.#send('GET', `/v1/handoffs?${queryOf(filter)}`);
  }

  /** With its history and its result. */
  getHandOff(id: string): Promise<HandOffDetails> {
    return this.#send('GET', `/v1/handoffs/${encodeURIComponent(id)}`);
  }

  /** A result that comes later is refused. */
  cancelHandOff(id: string): Promise<HandOff> {
    return this.#send('POST', `/v1/handoffs/${encodeURIComponent(id)}/cancel`);
  }

  listPolicies(): Promise<PolicyList> {
    return this.#send('GET', '/v1/policies');
  }

  /** Makes or replaces the policy of a tool or of a danger level. */
  setPolicy(body: NewPolicyBody): Promise<Policy> {
    return this.#send('PUT', '/v1/policies', { body });
  }

  removePolicy(id: string): Promise<{ readonly removed: string }> {
    return this.#send('DELETE', `/v1/policies/${encodeURIComponent(id)}`);
  }

  /** Makes an API key; its secret is in this answer and never again. */
  createKey(body: NewApiKeyBody): Promise<NewApiKey> {
    return this.#send('POST', '/v1/keys', { body });
  }

  /** The members of the tenant, service accounts included. */
  listMembers(): Promise<MemberList> {
    return this.#send('GET', '/v1/members');
  }

  /** Gives a member another role: `owner`, `admin`, `builder`, `member`. */
  changeMember(user_id: string, body: { readonly role: string }): Promise<Member> {
    return this.#send('PATCH', `/v1/members/${encodeURIComponent(user_id)}`, { body });
  }

  /** Removes a member with every way in of theirs; their shared credentials become the caller's. */
  removeMember(user_id: string): Promise<{ readonly removed: string }> {
    return this.#send('DELETE', `/v1/members/${encodeURIComponent(user_id)}`);
  }

  /** Invites a person; the link is in this answer and never again. */
  createInvitation(body: NewInvitationBody): Promise<NewInvitation> {
    return this.#send('POST', '/v1/invitations', { body });
  }

  /** A member that has keys and cannot sign in. */
  createServiceAccount(body: NewServiceAccountBody): Promise<Member> {
    return this.#send('POST', '/v1/service-accounts', { body });
  }

  /** The issuers that may say who a person is, without their secrets. */
  listSignOns(): Promise<SignOnList> {
    return this.#send('GET', '/v1/sign-ons');
  }

  /** Sets up single sign-on; the secret goes in and never comes out. */
  createSignOn(body: NewSignOnBody): Promise<SignOn> {
    return this.#send('POST', '/v1/sign-ons', { body });
  }

  /** Ends the sessions too that were begun with it. */
  deleteSignOn(id: string): Promise<{ readonly deleted: string }> {
    return this.#send('DELETE', `/v1/sign-ons/${encodeURIComponent(id)}`);
  }

  /** The packs of this server, and which of them the tenant has. */
  listPacks(): Promise<PackList> {
    return this.#send('GET', '/v1/packs');
  }

  /** A pack with its tools and settings; as calls in a workspace have them, when it is named. */
  getPack(code: string, options: { readonly workspace_id?: string } = {}): Promise<Pack> {
    const query = options.workspace_id === undefined ? '' : `?workspace_id=${encodeURIComponent(options.workspace_id)}`;
    return this.#send('GET', `/v1/packs/${encodeURIComponent(code)}${query}`);
  }

  /** Turns a feature pack on or off for the tenant. */
  setPack(code: string, body: PackEnabledBody): Promise<Pack> {
    return this.#send('PUT', `/v1/packs/${encodeURIComponent(code)}`, { body });
  }

  /** What is not named stays; null takes a value away. */
  setPackSettings(code: string, body: PackSettingsBody): Promise<Pack> {
    return this.#send('PUT', `/v1/packs/${encodeURIComponent(code)}/settings`, { body });
  }

  /** The names of your own secret variables and of the tenant's. */
  listVariables(): Promise<VariableList> {
    return this.#send('GET', '/v1/variables');
  }

  /** Makes a secret variable or replaces its value. */
  setVariable(name: string, body: NewVariableBody): Promise<Variable> {
    return this.#send('PUT', `/v1/variables/${encodeURIComponent(name)}`, { body });
  }

  deleteVariable(name: string, options: Pick<NewVariableBody, 'scope'> = {}): Promise<{ readonly deleted: string }> {
    const query = options.scope === undefined ? '' : `?scope=${options.scope}`;
    return this.#send('DELETE', `/v1/variables/${encodeURIComponent(name)}${query}`);
  }

  /** One's own files, newest first. */
  listFiles(options: { readonly limit?: number; readonly before?: string } = {}): Promise<FileList> {
    return this.#send('GET', `/v1/files?${queryOf(options)}`);
  }

  /** Keeps bytes as a file of one's own. `media_type`: what they are, e.g. `text/csv`. */
  saveFile(
    data: string | Uint8Array<ArrayBuffer>,
    { media_type, ...query }: NewFileQuery & { readonly media_type?: string },
  ): Promise<StoredFile> {
    const type = media_type ?? (typeof data === 'string' ? 'text/plain' : 'application/octet-stream');
    return this.#send('POST', `/v1/files?${queryOf(query)}`, { raw: data, headers: { 'content-type': type } });
  }

  getFile(id: string): Promise<StoredFile> {
    return this.#send('GET', `/v1/files/${encodeURIComponent(id)}`);
  }

  /** The bytes, as they come. */
  async getFileContent(
    id: string,
    options: Pick<CallOptions, 'signal'> = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const path = `/v1/files/${encodeURIComponent(id)}/content`;
    const { body } = await this.#open('GET', path, { signal: options.signal });
    if (body === null) throw new ToolcribClientError(0, notOurs);
    return body;
  }

  /** Ends its links too. */
  deleteFile(id: string): Promise<{ readonly deleted: string }> {
    return this.#send('DELETE', `/v1/files/${encodeURIComponent(id)}`);
  }

  /** A link with which anybody can fetch the file for a while. */
  linkFile(id: string, body: NewFileLinkBody = {}): Promise<FileLink> {
    return this.#send('POST', `/v1/files/${encodeURIComponent(id)}/link`, { body });
  }

  /** Whose credential a call would use, and why; of another member for admins. */
  plan(tool: string, options: { readonly user_id?: string } = {}): Promise<Plan> {
    const query = options.user_id === undefined ? '' : `?user_id=${encodeURIComponent(options.user_id)}`;
    return this.#send('GET', `/v1/tools/${encodeURIComponent(tool)}/plan${query}`);
  }

  /** One's own credentials and the shared ones, without secrets. */
  listCredentials(options: { readonly system?: string } = {}): Promise<CredentialList> {
    const query = options.system === undefined ? '' : `?system=${encodeURIComponent(options.system)}`;
    return this.#send('GET', `/v1/credentials${query}`);
  }

  createCredential(body: NewCredentialBody): Promise<Credential> {
    return this.#send('POST', '/v1/credentials', { body });
  }

  updateCredential(id: string, body: CredentialChangeBody): Promise<Credential> {
    return this.#send('PATCH', `/v1/credentials/${encodeURIComponent(id)}`, { body });
  }

  /** Ends it here at once, and its grant at the provider; the receipt says whether it is dead. */
  deleteCredential(id: string): Promise<DeletedCredential> {
    return this.#send('DELETE', `/v1/credentials/${encodeURIComponent(id)}`);
  }

  /** In an emergency: ends every credential that fits, here at once and at the providers. */
  revokeCredentials(body: RevokeCredentialsBody): Promise<RevokedCredentials> {
    return this.#send('POST', '/v1/credentials/revoke', { body });
  }

  /** What became of grants at their providers, newest first: one's own; all of the tenant for admins. */
  listReceipts(options: { readonly limit?: number; readonly before?: string } = {}): Promise<RevocationReceiptList> {
    return this.#send('GET', `/v1/credentials/receipts?${queryOf(options)}`);
  }

  /** Tries the account where it would be used. */
  testCredential(id: string): Promise<CredentialTest> {
    return this.#send('POST', `/v1/credentials/${encodeURIComponent(id)}/test`);
  }

  listChoices(): Promise<ChoiceList> {
    return this.#send('GET', '/v1/choices');
  }

  /** The credential that one's calls of a tool use from now on. */
  setChoice(tool: string, credential_id: string): Promise<Choice> {
    return this.#send('PUT', `/v1/choices/${encodeURIComponent(tool)}`, { body: { credential_id } });
  }

  deleteChoice(tool: string): Promise<{ readonly forgotten: string }> {
    return this.#send('DELETE', `/v1/choices/${encodeURIComponent(tool)}`);
  }

  /** The last record of the audit; kept elsewhere, it shows later whether what came before is still there. */
  auditHead(): Promise<AuditHead> {
    return this.#send('GET', '/v1/audit/head');
  }

  /** The audit as JSON Lines: a first line that says what follows, one line per record, a last line with the head. */
  async exportAudit(
    range: AuditRange = {},
    options: Pick<CallOptions, 'signal'> = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#open('GET', `/v1/audit/export?${queryOf(range)}`, { signal: options.signal });
    if (body === null) throw new ToolcribClientError(0, notOurs);
    return body;
  }

  /** The link to the page where the person whose key this is connects an account by OAuth. */
  connect(body: ConnectBody): Promise<ConnectLink> {
    return this.#send('POST', '/v1/connect', { body });
  }

  /** Begins to connect an account with a code that is entered elsewhere (RFC 8628). */
  startDeviceConnect(body: Omit<ConnectBody, 'return_to'>): Promise<DeviceConnect> {
    return this.#send('POST', '/v1/connect/device', { body });
  }

  /** Whether the code has been entered; ask every `interval_s` seconds. */
  pollDeviceConnect(flow: string): Promise<DeviceConnectState> {
    return this.#send('POST', '/v1/connect/device/poll', { body: { flow } });
  }

  async #send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
    const response = await this.#open(method, path, options);
    return (await response.json().catch(() => undefined)) as T;
  }

  /** Sends, and gives the answer when it is no error. */
  async #open(method: string, path: string, { body, raw, headers, signal }: SendOptions): Promise<Response> {
    const send = this.#options.fetch ?? fetch;
    let response: Response;
    try {
      response = await send(new URL(path, this.#options.url), {
        method,
        headers: {
          authorization: `Bearer ${this.#options.key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: writeJson(body) }),
        ...(raw === undefined ? {} : { body: raw }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      if (signal?.aborted === true) throw cause;
      throw new ToolcribClientError(0, unreachable, undefined, cause);
    }
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => undefined);
    const { error, request_id } = isErrorBody(answer) ? answer : { error: notOurs, request_id: undefined };
    throw new ToolcribClientError(response.status, error, request_id);
  }
}

/** The values that are there, as a query string. */
function queryOf(values: object): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
}

/** A hand-off is no error of the server; for whoever wants a result it is a pause like the others. */
function toPause(tool: string, { status_url: _, ...interaction }: PendingHandOff): PublicError {
  return {
    code: 'handoff_required',
    message: `The tool "${tool}" is done by a person in another application, who has not finished yet.`,
    hint: `Ask the person to open ${interaction.url}; when they have finished, call again with the same arguments.`,
    retryable: false,
    interaction,
  };
}

const unreachable: PublicError = {
  code: 'unreachable',
  message: 'The server cannot be reached.',
  hint: 'Check the address, and that the server runs.',
  retryable: true,
};

const notOurs: PublicError = {
  code: 'not_toolcrib',
  message: 'The answer does not come from a Toolcrib server.',
  hint: 'Check the address; a proxy in between may have answered.',
  retryable: false,
};

function isErrorBody(answer: unknown): answer is ErrorBody {
  return typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'object';
}
