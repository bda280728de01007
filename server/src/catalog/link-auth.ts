// The auth services that a tool names, for itself (`authRequired`) and for its parameters.
import { nearHint } from '../base/nearest-names.ts';
import type { AuthService } from './auth-service.ts';
import type { AuthServiceDefinition } from './decode-auth-service.ts';
import type { ToolDefinition, ToolDraft } from './decode-tool.ts';
import { tell } from './decoding.ts';
import { tellThrown } from './linking.ts';
import type { LinkDeps, NameTable, Scoped } from './linking.ts';
import { joinPath, locate } from './located.ts';
import type { ToolAuth } from './tool.ts';

/** The open service, or undefined after telling why there is none. Does not connect. */
export function openAuthService(scoped: Scoped<AuthServiceDefinition>, deps: LinkDeps): AuthService | undefined {
  const { definition, decoding, scope } = scoped;
  if (definition === undefined || decoding.faults.length > 0) return undefined;
  const { name, kind, config } = definition;
  const { keep, ...kind_deps } = deps;
  try {
    return keep.take(['auth service', scope, name, kind.type, config], () => ({
      thing: kind.open(name, config, kind_deps),
    }));
  } catch (thrown) {
    tellThrown(scoped, thrown, deps.log);
    return undefined;
  }
}

interface Naming {
  readonly service: string;
  /** Steps from the tool to the name. */
  readonly steps: readonly (string | number)[];
}

/** What the tool asks of its caller; undefined when it names no service. A tenant's tool may name one of everybody's. */
export function linkAuth(
  scoped: Scoped<ToolDraft>,
  definition: ToolDefinition,
  names: NameTable<AuthService>,
): ToolAuth | undefined {
  const namings = namingsOf(scoped, definition);
  if (namings.length === 0) return undefined;
  const own = names(scoped.scope);
  const common = names({ kind: 'system' });
  const services = new Map<string, AuthService>();
  for (const { service: name, steps } of namings) {
    const service = own.get(name) ?? common.get(name);
    if (service !== undefined && service !== 'failed') services.set(name, service);
    else tellNoService(scoped, { service: name, steps }, service, [...new Set([...own.keys(), ...common.keys()])]);
  }
  return { required: definition.auth_required, services };
}

function namingsOf({ body }: Scoped<ToolDraft>, { auth_required, parameters }: ToolDefinition): readonly Naming[] {
  return [
    ...auth_required.map((service, index) => ({ service, steps: ['authRequired', index] })),
    ...parameters.flatMap(({ name, list = 'parameters', filled_from }) => {
      if (filled_from?.kind !== 'claims') return [];
      const written = locate(body, [list]).node;
      const items = written?.kind === 'list' ? written.items : [];
      const at = items.findIndex((item) => {
        const own = locate(item, ['name']).node;
        return own?.kind === 'scalar' && own.value === name;
      });
      const item = items[at];
      const key = item?.kind === 'map' && item.entries.has('authSources') ? 'authSources' : 'authServices';
      return filled_from.claims.map(({ service }, index) => ({
        service,
        steps: [list, at, key, index, 'name'],
      }));
    }),
  ];
}

function tellNoService(
  { body, entity, decoding }: Scoped<ToolDraft>,
  { service, steps }: Naming,
  found: 'failed' | undefined,
  known: readonly string[],
): void {
  const { place } = locate(body, steps);
  const path = joinPath(entity.path, steps);
  if (found === 'failed') {
    const message = `the auth service "${service}" cannot be used`;
    return tell(decoding, place, { path, message, hint: 'Mend the faults of the auth service.' });
  }
  tell(decoding, place, { path, message: `there is no auth service "${service}"`, hint: nearHint(service, known) });
}
