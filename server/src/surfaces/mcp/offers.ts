// Prompts and resources: their lists, and what is asked of one of them.
import { ToolcribError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { nearHint } from '../../base/nearest-names.ts';
import type { Prompt } from '../../catalog/prompt.ts';
import type { Resource, ResourceContent, ResourceTemplate } from '../../catalog/resource.ts';
import type { Offer } from '../../invoke/call.ts';
import { pageText } from './page.ts';
import { failure } from './protocol.ts';
import type { Failure } from './protocol.ts';

export type OfferMethod = (offer: Offer, params: JsonObject) => string | Failure | Promise<string | Failure>;

/** The members of each method's result, as JSON text without the braces. Methods may throw ToolcribError. */
export const offerMethods: Readonly<Record<string, OfferMethod>> = {
  'prompts/list': ({ prompts }, params) => pageText('prompts', prompts, { params, write: writePrompt }),
  'prompts/get': getPrompt,
  'resources/list': ({ resources }, params) => pageText('resources', resources, { params, write: writeResource }),
  'resources/templates/list': ({ resource_templates }, params) =>
    pageText('resourceTemplates', resource_templates, { params, write: writeTemplate }),
  'resources/read': readResource,
};

function writePrompt({ name, title, description, parameters }: Prompt): string {
  const args = parameters.map((parameter) => ({
    name: parameter.name,
    description: parameter.description,
    required: parameter.required,
  }));
  return JSON.stringify({ name, title, description, arguments: args });
}

function getPrompt({ prompts }: Offer, { name, arguments: args }: JsonObject): string | Failure {
  if (typeof name !== 'string') {
    return failure({ status: 200, code: 'invalid_params' }, 'prompts/get needs the name of a prompt.');
  }
  const prompt = prompts.find((one) => one.name === name);
  if (prompt === undefined) {
    const near = nearHint(
      name,
      prompts.map((one) => one.name),
    );
    throw new ToolcribError('prompt_not_found', { params: { prompt: name.slice(0, 80), near } });
  }
  const messages = prompt.fill(args).map(({ role, text }) => ({ role, content: { type: 'text', text } }));
  return JSON.stringify({ description: prompt.description, messages }).slice(1, -1);
}

function writeResource(resource: Resource): string {
  const { uri, size_bytes: size } = resource;
  return JSON.stringify({ uri, ...described(resource), size });
}

function writeTemplate(template: ResourceTemplate): string {
  return JSON.stringify({ uriTemplate: template.uri_template, ...described(template) });
}

function described({ name, title, description, mime_type: mimeType, annotations }: Resource | ResourceTemplate) {
  return { name, title, description, mimeType, annotations };
}

async function readResource({ resources, resource_templates }: Offer, params: JsonObject): Promise<string | Failure> {
  const { uri } = params;
  if (typeof uri !== 'string') {
    return failure({ status: 200, code: 'invalid_params' }, 'resources/read needs the uri of a resource.');
  }
  const found = resources.find((one) => one.uri === uri);
  if (found !== undefined) return contentsText(uri, found.mime_type, await found.read());
  for (const template of resource_templates) {
    const read = template.match(uri);
    if (read !== undefined) return contentsText(uri, template.mime_type, await read());
  }
  throw new ToolcribError('resource_not_found');
}

function contentsText(uri: string, mimeType: string | undefined, content: ResourceContent): string {
  return `"contents":[${JSON.stringify({ uri, mimeType, ...content })}]`;
}
