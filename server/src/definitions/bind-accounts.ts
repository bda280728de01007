// Which accounts a source that a tenant defines may have. Whoever defines a source says where it sends what callers give it,
// so an account must not reach one that it was not given for: accounts of a definition are bound to its name and its origin,
// and others are asked for only with the yes of whoever may approve (decision 0151).
import { limits } from '../base/limits.ts';
import type { SourceDefinition } from '../catalog/decode-source.ts';
import { tell } from '../catalog/decoding.ts';
import type { Scoped } from '../catalog/linking.ts';
import { locate } from '../catalog/located.ts';

/**
 * The kind of account that "credential: caller" of a definition asks for: `crm@api.example.com`. No provider and no source
 * has such a name, and another origin is another kind of account.
 */
function boundSystem(name: string, origin: string): string {
  return `${name}@${origin.replace(/^https:\/\//, '')}`;
}

/** The source with its accounts bound; tells what cannot be. */
export function bindAccounts(scoped: Scoped<SourceDefinition>): Scoped<SourceDefinition> {
  const { definition, body, decoding, entity } = scoped;
  if (definition === undefined || decoding.faults.length > 0) return scoped;
  const { kind, config, per_caller, variables } = definition;
  const told = (message: string, hint: string): Scoped<SourceDefinition> => {
    const { node, place } = locate(body, ['credential']);
    const path = node === undefined ? entity.path : `${entity.path}.credential`;
    tell(decoding, place, { path, message, hint });
    return scoped;
  };
  if (per_caller === undefined && variables === undefined) return scoped;
  const origin = kind.for_tenants?.origin(config);
  if (origin === undefined) return told(`sources of type "${kind.type}" send no accounts`, 'Remove the field.');
  if (per_caller === undefined || asksForOthers(scoped)) return scoped;
  const system = boundSystem(entity.name, origin);
  if (system.length > limits.credential_system_characters) {
    return told('its name and its host are together too long to name its accounts', 'Give it a shorter name.');
  }
  return {
    ...scoped,
    definition: { ...definition, per_caller: { ...per_caller, need: { ...per_caller.need, systems: [system] } } },
  };
}

/** Whether it names the accounts itself, which may have been given for something else. */
function asksForOthers({ body }: Scoped<SourceDefinition>): boolean {
  return locate(body, ['credential']).node?.kind === 'map';
}

/** Why saving it needs `tools.approve`; undefined when it does not. */
export function approvalReason(scoped: Scoped<SourceDefinition>): string | undefined {
  const { definition } = scoped;
  if (definition?.per_caller !== undefined && asksForOthers(scoped)) {
    const { systems } = definition.per_caller.need;
    return `asks callers for their accounts of ${systems.map((system) => `"${system}"`).join(', ')}`;
  }
  return definition?.variables === undefined ? undefined : secretReason;
}

/** The same of a tool. */
export const secretReason = 'sends secret variables of its callers';
