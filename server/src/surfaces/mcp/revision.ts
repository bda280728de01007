// Decides which revision a message speaks, and refuses it when header and body disagree (attack A31): a proxy that
// decides by header and a server that acts by body must never see different things.
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ClientCapabilitiesSchema, ImplementationSchema, LoggingLevelSchema } from '@modelcontextprotocol/core';
import type { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import { metaOf } from './message.ts';
import type { NotificationMessage, RequestMessage } from './message.ts';
import { showsLinks } from './pauses.ts';
import {
  assumedRevision,
  failure,
  isRevision,
  metaKeys,
  newestWithHandshake,
  revisionTraits,
  revisions,
  toolboxExtension,
} from './protocol.ts';
import type { Failure, Revision } from './protocol.ts';

export type LogLevel = z.output<typeof LoggingLevelSchema>;

/** How a message is to be served. */
export interface Served {
  readonly kind: 'served';
  readonly revision: Revision;
  /** The least severe log message that the client wants; `undefined` when it wants none. */
  readonly log_level: LogLevel | undefined;
  /** The client said that it can show a link to its person and have them open it (URL elicitation). */
  readonly shows_links: boolean;
  /** The client said that it is one of the toolbox clients. */
  readonly is_toolbox: boolean;
}

export function serveAs(message: RequestMessage | NotificationMessage, headers: IncomingHttpHeaders): Served | Failure {
  const meta = metaOf(message.params);
  const header = headerText(headers, 'mcp-protocol-version');
  const mismatch = headerMismatch(message, headers);
  if (metaKeys.protocol_version in meta) {
    return serveClaimed(message, { meta, header, mismatch, headers });
  }
  if (mismatch !== undefined) return mismatch;
  if (header !== undefined && !isRevision(header)) return unsupported(header);
  if (header !== undefined && revisionTraits[header].stateless && message.kind === 'request') {
    return badEnvelope(metaKeys.protocol_version, 'is missing');
  }
  const revision = message.method === 'initialize' ? handshakeRevision(message.params) : (header ?? assumedRevision);
  // A log level set earlier cannot be remembered without a session: these revisions leave the choice to the server.
  const shows_links = revisionTraits[revision].may_show_links && showsLinks(headerText(headers, 'mcp-session-id'));
  return { kind: 'served', revision, log_level: 'debug', shows_links, is_toolbox: false };
}

interface Claim {
  readonly meta: JsonObject;
  readonly header: string | undefined;
  readonly mismatch: Failure | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The message names its revision in `_meta`. */
function serveClaimed(message: RequestMessage | NotificationMessage, claim: Claim): Served | Failure {
  const { meta, header, mismatch, headers } = claim;
  const claimed = meta[metaKeys.protocol_version];
  if (typeof claimed !== 'string') return badEnvelope(metaKeys.protocol_version, 'is not a string');
  if (header !== undefined && header !== claimed) return disagree('MCP-Protocol-Version', header, claimed);
  if (!isRevision(claimed)) return unsupported(claimed);
  if (mismatch !== undefined) return mismatch;
  if (!revisionTraits[claimed].stateless) {
    return { kind: 'served', revision: claimed, log_level: 'debug', shows_links: false, is_toolbox: false };
  }
  if (message.kind === 'notification') {
    return { kind: 'served', revision: claimed, log_level: undefined, shows_links: false, is_toolbox: false };
  }
  const capabilities = ClientCapabilitiesSchema.safeParse(meta[metaKeys.client_capabilities]);
  if (!capabilities.success) return badEnvelope(metaKeys.client_capabilities, 'is missing or not what it should be');
  const client = meta[metaKeys.client_info];
  if (client !== undefined && !ImplementationSchema.safeParse(client).success) {
    return badEnvelope(metaKeys.client_info, 'needs a name and a version');
  }
  const log_level = LoggingLevelSchema.optional().safeParse(meta[metaKeys.log_level]);
  if (!log_level.success) return badEnvelope(metaKeys.log_level, 'is not a log level');
  if (header === undefined) return missing('MCP-Protocol-Version');
  if (headerText(headers, 'mcp-method') === undefined) return missing('Mcp-Method');
  if (nameInBody(message) !== undefined && headerText(headers, 'mcp-name') === undefined) return missing('Mcp-Name');
  return {
    kind: 'served',
    revision: claimed,
    log_level: log_level.data,
    shows_links: capabilities.data.elicitation?.url !== undefined,
    is_toolbox: capabilities.data.extensions?.[toolboxExtension] !== undefined,
  };
}

/** The revision that a handshake settles on. */
function handshakeRevision(params: JsonObject | undefined): Revision {
  const asked = params?.['protocolVersion'];
  return typeof asked === 'string' && isRevision(asked) && !revisionTraits[asked].stateless
    ? asked
    : newestWithHandshake;
}

/** Headers that are there must say what the body says, whatever the revision. */
function headerMismatch(
  message: RequestMessage | NotificationMessage,
  headers: IncomingHttpHeaders,
): Failure | undefined {
  const method = headerText(headers, 'mcp-method');
  if (method !== undefined && method !== message.method) return disagree('Mcp-Method', method, message.method);
  const sent = headerText(headers, 'mcp-name');
  if (sent === undefined) return undefined;
  const name = decodeHeader(sent);
  const expected = nameInBody(message);
  return name === undefined || (expected !== undefined && name !== expected)
    ? disagree('Mcp-Name', sent, expected)
    : undefined;
}

const nameFields = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/** What `Mcp-Name` repeats. */
function nameInBody({ method, params }: RequestMessage | NotificationMessage): string | undefined {
  const value = params?.[nameFields.get(method) ?? ''];
  return typeof value === 'string' ? value : undefined;
}

/** A header's value; repeated ones are one text with commas, and so never equal to the body. */
function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Names that a header cannot carry come as `=?base64?…?=`. Undefined when that is not well formed. */
function decodeHeader(text: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/s.exec(text)?.[1];
  if (encoded === undefined) return text;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function badEnvelope(key: string, problem: string): Failure {
  return failure({ status: 400, code: 'invalid_params' }, `The request's _meta is not valid: ${key} ${problem}.`, {
    key,
  });
}

function unsupported(requested: string): Failure {
  return failure({ status: 400, code: 'unsupported_version' }, 'Unsupported protocol version.', {
    supported: revisions,
    requested: requested.slice(0, 100),
  });
}

function missing(header: string): Failure {
  return failure(
    { status: 400, code: 'header_mismatch' },
    `The header ${header} is missing; it must repeat what the body says.`,
  );
}

function disagree(header: string, sent: string, expected: string | undefined): Failure {
  return failure({ status: 400, code: 'header_mismatch' }, `The header ${header} and the body disagree.`, {
    header,
    sent: sent.slice(0, 200),
    ...(expected === undefined ? {} : { body: expected.slice(0, 200) }),
  });
}

const severities: readonly LogLevel[] = LoggingLevelSchema.options;

/** Whether a message of `level` is wanted by someone who asked for `least` and worse. */
export function isWanted(level: LogLevel, least: LogLevel | undefined): boolean {
  return least !== undefined && severities.indexOf(level) >= severities.indexOf(least);
}
