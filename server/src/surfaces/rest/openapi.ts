// The OpenAPI 3.1 document, made from the operations: what is not in an operation is not in the document.
import { z } from 'zod';
import { errorCatalogue } from '../../base/error-catalogue.ts';
import type { ErrorCode } from '../../base/errors.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { Route } from '../route.ts';
import { sendJsonText } from '../http.ts';
import { operations } from './operations.ts';
import type { AnyOperation, Guard } from './operation.ts';
import { errorBody } from './schemas.ts';

type MutableJson = Record<string, JsonValue>;

/** `version`: of the product. */
export function openapiRoute(version: string): Route {
  const text = JSON.stringify(openapiDocument(version));
  return {
    method: 'GET',
    path: '/openapi.json',
    cross_origin: true,
    handle: (exchange) => sendJsonText(exchange, 200, text),
  };
}

function openapiDocument(version: string): JsonObject {
  const components: MutableJson = {};
  const paths: Record<string, MutableJson> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Toolcrib',
      version,
      description: 'Tools for agents, programs and people. Every error has the shape of ErrorBody; branch on its code.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        api_key: { type: 'http', scheme: 'bearer', description: 'An API key: tc_…' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-toolcrib',
          description: 'A person who is signed in with a browser; counts for requests of our own pages only',
        },
      },
    },
  };
}

function describe(operation: AnyOperation, components: MutableJson): JsonObject {
  const { id, summary, guard, params, query, body, takes_bytes, output, media_type, status = 200, answers } = operation;
  const answer = (schema: z.ZodType): JsonObject => ({
    description: 'The answer',
    content: content(schema, components, 'output', media_type),
  });
  const statuses = typeof status === 'function' ? [200, 503] : [status];
  const by_status = answers ?? Object.fromEntries(statuses.map((code) => [code, output]));
  return {
    operationId: id,
    summary,
    tags: [tagOf(operation.path)],
    ...(guard.kind === 'permission' ? { description: `Needs the permission \`${guard.permission}\`.` } : {}),
    security: securityOf(guard),
    parameters: [
      ...Object.entries(params).map(([name, description]) => ({
        name,
        in: 'path',
        required: true,
        description,
        schema: { type: 'string' },
      })),
      ...queryParameters(query),
    ],
    ...(body === undefined ? {} : { requestBody: { content: content(body, components, 'input') } }),
    ...(takes_bytes === true ? { requestBody: { required: true, content: { '*/*': { schema: {} } } } } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(by_status).map(([code, schema]) => [code, answer(schema)])),
      ...errorResponses(operationErrors(operation), components),
    },
  };
}

function securityOf(guard: Guard): readonly JsonObject[] {
  if (guard.kind === 'public') return [];
  const session_only = guard.kind === 'permission' && guard.session_only === true;
  return session_only ? [{ session: [] }] : [{ api_key: [] }, { session: [] }];
}

/** Operations are grouped by what they are about: the first word of the path after the version. */
function tagOf(path: string): string {
  return /^\/v1\/(\w+)/.exec(path)?.[1] ?? 'health';
}

/** The errors of an operation: its own, those of its guard, those of its body and those of every request. */
function operationErrors(operation: AnyOperation): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([...operation.errors, 'internal']);
  if (operation.guard.kind === 'permission') {
    for (const code of ['unauthenticated', 'forbidden', 'database_unavailable'] as const) codes.add(code);
    if (operation.guard.session_only === true) codes.add('session_required');
  }
  if (operation.query !== undefined) codes.add('body_invalid');
  if (operation.body !== undefined) {
    for (const code of ['body_invalid', 'body_too_large', 'media_type_unsupported'] as const) codes.add(code);
  }
  if (operation.takes_bytes === true) codes.add('body_too_large');
  return [...codes].sort();
}

function queryParameters(schema: z.ZodType | undefined): readonly JsonObject[] {
  if (schema === undefined) return [];
  const { properties = {} } = jsonSchema(schema, {}, 'input') as { properties?: Record<string, MutableJson> };
  return Object.entries(properties).map(([name, { description = '', ...property }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema: property,
  }));
}

function errorResponses(codes: readonly ErrorCode[], components: MutableJson): JsonObject {
  const by_status = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...by_status].map(([status, same]) => [
      String(status),
      {
        description: same.map((code) => `\`${code}\`: ${errorCatalogue[code].message}`).join('\n\n'),
        content: content(errorBody, components, 'output'),
      },
    ]),
  );
}

function content(
  schema: z.ZodType,
  components: MutableJson,
  io: 'input' | 'output',
  media_type = 'application/json',
): JsonObject {
  return { [media_type]: { schema: jsonSchema(schema, components, io) } };
}

/** The schema as JSON Schema 2020-12, with named parts moved to the components. */
function jsonSchema(schema: z.ZodType, components: MutableJson, io: 'input' | 'output'): JsonObject {
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
  }) as { $schema?: string; $defs?: Record<string, JsonObject> } & MutableJson;
  for (const [name, definition] of Object.entries($defs)) components[name] = moveReferences(definition);
  return moveReferences(rest);
}

function moveReferences<T extends JsonValue>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;
}
