// One decoded resource or resource template, ready to be read.
import type { ResourceDefinition } from './decode-resource.ts';
import { tellThrown } from './linking.ts';
import type { LinkDeps, Scoped } from './linking.ts';
import type { OpenedResource, Resource, ResourceTemplate } from './resource.ts';

export function linkResource(scoped: Scoped<ResourceDefinition>, deps: LinkDeps): Resource | undefined {
  const opened = open(scoped, deps);
  if (opened === undefined) return undefined;
  const { described, resource } = opened;
  const { size_bytes } = resource;
  return {
    ...described,
    ...(size_bytes === undefined ? {} : { size_bytes }),
    read: () => resource.read(),
  };
}

export function linkResourceTemplate(scoped: Scoped<ResourceDefinition>, deps: LinkDeps): ResourceTemplate | undefined {
  const opened = open(scoped, deps);
  if (opened === undefined) return undefined;
  const { uri: uri_template, ...described } = opened.described;
  const [before = '', after = ''] = uri_template.split(/\{\+?path\}/);
  return {
    ...described,
    uri_template,
    match: (uri) => {
      const is_ours = uri.startsWith(before) && uri.endsWith(after) && uri.length > before.length + after.length;
      if (!is_ours) return undefined;
      const path = decodePath(uri.slice(before.length, uri.length - after.length));
      return path === undefined ? undefined : () => opened.resource.read(path);
    },
  };
}

type Described = Omit<Resource, 'read' | 'size_bytes'>;

function open(
  scoped: Scoped<ResourceDefinition>,
  deps: LinkDeps,
): { readonly described: Described; readonly resource: OpenedResource } | undefined {
  const { definition, decoding, scope, base_folder } = scoped;
  if (definition === undefined || decoding.faults.length > 0) return undefined;
  const { kind, config, ...described } = definition;
  try {
    const resource = kind.open(config, { base_folder, is_template: scoped.entity.entity === 'resource template' });
    return { described: { mime_type: resource.mime_type, ...described, scope }, resource };
  } catch (thrown) {
    tellThrown(scoped, thrown, deps.log);
    return undefined;
  }
}

/** The path that an address names (RFC 3986 §2.1); undefined when it is not well formed. */
function decodePath(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
