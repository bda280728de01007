// One resource or resource template of a configuration file: what every one says of itself, and its kind's own fields.
import { z } from 'zod';
import { bodyFields, decodeEntity, findKind, kindFields } from './decode-entity.ts';
import type { Decoded } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import type { Environment } from './decoding.ts';
import { filterEntries } from './located.ts';
import type { ResourceAnnotations, ResourceKind } from './resource.ts';
import type { Entity } from './split-entities.ts';

export interface ResourceDefinition {
  readonly name: string;
  readonly kind: ResourceKind;
  readonly title?: string;
  readonly description?: string;
  readonly mime_type?: string;
  readonly annotations?: ResourceAnnotations;
  /** The address, or the template of addresses. */
  readonly uri: string;
  readonly config: unknown;
}

export interface ResourceDecoding {
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: readonly ResourceKind[];
}

const address = z
  .string()
  .max(2_000)
  .refine((uri) => URL.canParse(uri), 'must be an address with a scheme, such as text://greeting')
  .refine((uri) => !uri.toLowerCase().startsWith('ui:'), 'interactive pages (ui://) are not supported');

const described = {
  title: z.string().min(1).optional().describe('Name for people.'),
  description: z.string().optional().describe('What it holds.'),
  mimeType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+(?:;.*)?$/, 'must be a media type, such as text/plain')
    .optional()
    .describe('Its media type.'),
  annotations: z
    .strictObject({
      audience: z.array(z.enum(['user', 'assistant'])).optional(),
      priority: z.number().min(0).max(1).optional(),
      lastModified: z.iso.datetime({ offset: true }).optional(),
    })
    .optional()
    .describe('For whom it is, how much it matters (0 to 1), and when it was changed.'),
};

const fieldsOf = {
  resource: z.strictObject({ ...described, uri: address.optional().describe('By default TYPE://NAME.') }),
  'resource template': z.strictObject({
    ...described,
    uriTemplate: z
      .string()
      .max(2_000)
      .refine(
        (uri) => /^[^{}]*\{\+?path\}[^{}]*$/.test(uri) && URL.canParse(uri.replace(/\{\+?path\}/, 'path')),
        'must be an address with the one variable {path}, such as file:///manual/{path}',
      )
      .describe('Addresses of this form belong to it.'),
  }),
};

/** Decodes a resource without reading it. */
export function decodeResource(entity: Entity, options: ResourceDecoding): Decoded<ResourceDefinition> {
  const is_template = entity.entity === 'resource template';
  return decodeEntity(entity, options, (body, decoding) => {
    const node = bodyFields(entity, body, decoding);
    if (node === undefined) return undefined;
    const kind = findKind({ entity, body: node }, options.kinds, decoding);
    const { name, path, place } = entity;
    const schema: z.ZodType<CommonFields> = is_template ? fieldsOf['resource template'] : fieldsOf.resource;
    const names = Object.keys(is_template ? fieldsOf['resource template'].shape : fieldsOf.resource.shape);
    const common_node = filterEntries(node, (key) => names.includes(key));
    const common = decodeFields(schema, { node: common_node, path, place }, decoding);
    if (kind === undefined || common === undefined) return undefined;
    const own = { node: kindFields(entity, node, names), path, place, other_fields: [...entity.type_keys, ...names] };
    const config = decodeFields(kind.fields, own, decoding);
    const { title, description, mimeType, annotations, uri, uriTemplate } = common;
    return {
      name,
      kind,
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
      ...(mimeType === undefined ? {} : { mime_type: mimeType }),
      ...(annotations === undefined ? {} : { annotations: annotations as ResourceAnnotations }),
      uri: uri ?? uriTemplate ?? `${kind.type}://${name}`,
      config,
    };
  });
}

interface CommonFields {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly annotations?: { [Key in keyof ResourceAnnotations]: ResourceAnnotations[Key] | undefined } | undefined;
  readonly uri?: string | undefined;
  readonly uriTemplate?: string | undefined;
}
