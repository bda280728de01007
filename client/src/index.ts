// The public entry of the SDK.
export { ToolcribClient, ToolcribClientError } from './client.ts';
export type { CallArguments, CallOptions, ClientOptions } from './client.ts';
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
export { changeActions } from './wire.ts';
export type {
  ApiKey,
  ApiKeyList,
  CallAnswer,
  CallBody,
  CallList,
  CallRecord,
  ChangeAction,
  ChangeList,
  ChangeRecord,
  CredentialStrategy,
  ErrorBody,
  Fault,
  Health,
  InteractionKind,
  InteractionOffer,
  Me,
  Member,
  MemberList,
  NewApiKey,
  NewApiKeyBody,
  NewMemberBody,
  Plan,
  PlanCandidate,
  PlanRule,
  PublicError,
  Readiness,
  SourceList,
  ToolList,
  ToolSummary,
  ToolsetList,
} from './wire.ts';
