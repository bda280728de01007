// How a call that waits for a person is shown to an MCP client: as what it has said it can show, else as text with a link.
// Always a link to a page of ours, never a form: no secret and no approval passes through the client (attacks A24, A26).
import { ClientCapabilitiesSchema } from '@modelcontextprotocol/core';
import type { InteractionOffer } from '@toolcrib/client';
import type { ToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { failure, metaKeys } from './protocol.ts';
import type { Failure } from './protocol.ts';
import type { ResultParts } from './results.ts';

/** The key of the one request that a paused call makes of its client. */
const request_key = 'person';

/** 2026-07-28. `open_link`: false when the person has been shown it before, and is only waited for. */
export function inputRequiredParts(
  error: ToolcribError,
  offer: InteractionOffer,
  { state, open_link }: { readonly state: string; readonly open_link: boolean },
): ResultParts {
  const { url, message } = offer;
  const inputRequests = { [request_key]: { method: 'elicitation/create', params: { mode: 'url', message, url } } };
  const result = { ...(open_link ? { inputRequests } : {}), requestState: state };
  return {
    result_type: 'input_required',
    members: JSON.stringify(result).slice(1, -1),
    meta: { [metaKeys.error]: error.toPublic() },
  };
}

/** What the client says its person did with the link. Says nothing of what the person answered on the page. */
export function linkAnswer(params: JsonObject | undefined): 'opened' | 'refused' | undefined {
  const responses = params?.['inputResponses'];
  const response = isJsonObject(responses) ? responses[request_key] : undefined;
  const action = isJsonObject(response) ? response['action'] : undefined;
  if (action === 'accept') return 'opened';
  return action === 'decline' || action === 'cancel' ? 'refused' : undefined;
}

/** 2025-11-25: the call fails, and may be repeated when the person is done. */
export function elicitationFailure(error: ToolcribError, offer: InteractionOffer): Failure {
  const { id: elicitationId, url, message } = offer;
  const elicitations = [{ mode: 'url', elicitationId, url, message }];
  return failure({ status: 200, code: 'url_elicitation_required' }, error.message, {
    elicitations,
    ...error.toPublic(),
  });
}

/** The state did not come from the pause of this call, or its time is over. */
export const stateRefused = failure(
  { status: 200, code: 'invalid_params' },
  'The requestState is not valid for this call: it was changed, belongs to another call or caller, or its time is over. Call again without it.',
);

/**
 * Up to 2025-11-25 a client says in its handshake what it can show, and this server keeps nothing between two requests: so
 * the session id, which clients send along, says it. Whoever changes it only changes what they are shown.
 */
export function sessionId(id: string, shows_links: boolean): string {
  return shows_links ? `${id}.links` : id;
}

/** Whether the params of `initialize` declare it. */
export function declaresLinks(params: JsonObject | undefined): boolean {
  const capabilities = ClientCapabilitiesSchema.safeParse(params?.['capabilities']);
  return capabilities.data?.elicitation?.url !== undefined;
}

export function showsLinks(session_id: string | undefined): boolean {
  return session_id?.endsWith('.links') === true;
}
