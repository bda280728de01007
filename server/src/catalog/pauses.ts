// Pauses that a tool itself asks for while it runs: work for a person in another application, or an answer that only a
// person can give. The call then ends with a link; the same call, sent again when the person is done, goes on.
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Source } from './source.ts';

export interface ToolPauses {
  /**
   * What the person's work in the client has come to. Throws `handoff_required` (with the interaction) until there is a
   * result, `handoff_ended` when there will be none. A result is given to one call: the same call after it begins anew.
   */
  handOff(request: HandOffRequest): Promise<HandOffOutcome>;
  /**
   * What the person has filled in. Throws `input_required` (with the interaction) until they have, `input_refused` when they
   * do not want to. Never for secrets: those are credentials and variables.
   */
  ask(question: Question): Promise<JsonObject>;
}

/** What the hand-off protocol needs to know of a tool. Times in milliseconds. */
export interface HandOffTool {
  /** Name of the source of the type `handoff`: the client of the protocol. */
  readonly client: string;
  readonly settings: HandOffClient;
  /** `exam` in the protocol. */
  readonly slug: string;
  /** JSON Schema of the `data` of a result: the tool's own, or that of the classic fields. */
  readonly output_schema: JsonObject;
  /** The whole call, from its first pause to its result. */
  readonly timeout_ms: number;
  /** Whether a person who has begun may start again within this time after their first start; 0: not. */
  readonly restart_ms: number;
}

export interface HandOffRequest extends HandOffTool {
  /** The checked arguments; `exam_kind` and `extra_time` go into the start data by these names, others as `input`. */
  readonly input: JsonObject;
}

/** The capability "people work there": a source of the type `handoff`. */
export interface HandOffSource extends Source {
  readonly name: string;
  readonly client: HandOffClient;
}

/** The client's side, as its source says. */
export interface HandOffClient {
  /** `receive_start_token_url` */
  readonly start_url: string;
  /** `receive_result_token_url` */
  readonly result_url: string;
  /** From the redirection to the client until it has fetched the start data. */
  readonly token_ms: number;
  /** The client may push results that it signs with this (Standard Webhooks). */
  readonly signing_secret?: string;
  /** Whether a tenant has defined it over the API: what it signs with is then in the vault (definitions/signing-secrets.ts). */
  readonly of_definition: boolean;
}

export interface HandOffOutcome {
  readonly id: string;
  /** The checked fields. */
  readonly data: JsonValue;
}

export interface Question {
  /** For the person. */
  readonly message: string;
  /** JSON Schema of an object with plain fields: texts, numbers, booleans and choices. */
  readonly schema: JsonObject;
}
