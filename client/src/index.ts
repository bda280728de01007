// The public entry of the SDK.
export { ToolcribClientError } from './client-error.ts';
export { ToolcribClient } from './client.ts';
export type { CallArguments, CallOptions, ClientOptions } from './client.ts';
export { defined_route, defined_tool, defineRoute, defineTool } from './define-tool.ts';
export type {
  DefinedRoute,
  DefinedTool,
  PackRequest,
  RouteContext,
  RouteDefinition,
  ToolAuth,
  ToolCategory,
  ToolContent,
  ToolDefinition,
  ToolHints,
  ToolReturn,
} from './define-tool.ts';
export { handOffStatuses } from './handoff-wire.ts';
export type {
  HandOff,
  HandOffDetails,
  HandOffFilter,
  HandOffList,
  HandOffStatus,
  HandOffTransition,
  NewSigningSecret,
} from './handoff-wire.ts';
export type {
  Pack,
  PackConnection,
  PackEnabledBody,
  PackField,
  PackFieldOrigin,
  PackList,
  PackSettingsBody,
  PackSummary,
  PackTool,
} from './pack-wire.ts';
export type { AnySchema, InputOf, OutputOf, StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts';
export type {
  ConfigValue,
  RemoteCall,
  FileSummary,
  SavedFile,
  SaveFileOptions,
  ToolConnection,
  ToolContext,
  ToolCredential,
  ToolFetch,
  ToolFiles,
  ToolQuestion,
} from './tool-context.ts';
export { ToolError, tool_error } from './tool-error.ts';
export type { ToolErrorOptions } from './tool-error.ts';
export { writeJson } from './json.ts';
export type { JsonInput, JsonObject, JsonValue } from './json.ts';
export type {
  Column,
  ContentBlock,
  ContentResult,
  JsonRow,
  ResourceContents,
  RowsResult,
  ToolResult,
  Truncation,
  ValueResult,
} from './results.ts';
export type {
  CredentialStrategy,
  Plan,
  PlanCandidate,
  PlanRule,
  Choice,
  ChoiceList,
  Credential,
  CredentialChangeBody,
  CredentialList,
  CredentialTest,
  DeletedCredential,
  NewCredentialBody,
  RevocationReceipt,
  RevocationReceiptList,
  RevokeCredentialsBody,
  RevokedCredentials,
} from './credential-wire.ts';
export { changeActions } from './wire.ts';
export type {
  ConnectBody,
  ConnectLink,
  DeviceConnect,
  DeviceConnectState,
  NewOauthClientBody,
  OauthClient,
  OauthClientList,
  Provider,
  ProviderList,
} from './oauth-wire.ts';
export type {
  ApiKey,
  ApiKeyList,
  AuditHead,
  AuditRange,
  CallAnswer,
  CallBody,
  CallList,
  CallRecord,
  ChangeAction,
  ChangeList,
  ChangeRecord,
  ErrorBody,
  Fault,
  Invitation,
  InvitationList,
  Me,
  Member,
  MemberList,
  NewApiKey,
  NewApiKeyBody,
  NewInvitation,
  NewInvitationBody,
  NewMemberBody,
  Definition,
  DefinitionList,
  DefinitionSummary,
  DefinitionsBody,
  DefinitionsCheck,
  SavedDefinition,
  NewSignOnBody,
  NewVariableBody,
  NewServiceAccountBody,
  PublicError,
  ServiceError,
  Session,
  SessionList,
  SignOn,
  SignOnList,
  SourceList,
  ToolList,
  ToolsetList,
  Variable,
  VariableList,
  ToolSummary,
  Workspace,
  WorkspaceList,
  Health,
  Mirror,
  MirroredTool,
  Readiness,
} from './wire.ts';

export { apiErrors, apiUrl, bearer, callApi, cleanWords, configText, rateLimited, retryAfter } from './call-api.ts';
export type { ApiAnswer, ApiAnswerParser, ApiRequest } from './call-api.ts';
export type {
  WebhookDelivery,
  WebhookDeliveryList,
  WebhookSecret,
  WebhookState,
  WebhookTarget,
} from './webhook-wire.ts';
export type {
  Interaction,
  InteractionKind,
  InteractionList,
  InteractionOffer,
  InteractionStatus,
  NewPolicyBody,
  PendingAnswer,
  PendingHandOff,
  Policy,
  PolicyAction,
  PolicyList,
} from './interaction-wire.ts';
export type { OpenapiInspection, OpenapiInspectionBody, OpenapiOperation } from './wire-openapi.ts';
export type { FileLink, FileList, NewFileLinkBody, NewFileQuery, StoredFile } from './file-wire.ts';
