// What packs give to each tenant: the tools of system packs to everybody, those of feature packs to whoever has turned them on.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Failed } from '../catalog/catalogue.ts';
import { createCatalogue } from '../catalog/create-catalogue.ts';
import { toSchemaTool } from '../catalog/schema-tool.ts';
import type { RunContext, Tool } from '../catalog/tool.ts';
import type { ToolProvider } from '../catalog/tool-provider.ts';
import { Breakers } from '../kinds/remote/breakers.ts';
import { openSettings } from './call-settings.ts';
import type { CallSettings, OpenDeps } from './call-settings.ts';
import type { LivePacks } from './live-packs.ts';
import type { Pack, PackTool } from './pack.ts';
import { addressMark, isEnabled, needAt } from './pack-settings.ts';
import type { PackSettings, PackSettingsReader } from './pack-settings.ts';
import { runTool } from './run-tool.ts';
import type { SystemSettingsWatch } from './system-settings.ts';

export interface PackProviderDeps extends OpenDeps {
  readonly clock: Clock;
  readonly live: LivePacks;
  readonly reader: PackSettingsReader;
  readonly system: Pick<SystemSettingsWatch, 'generation'>;
}

export function createPackProvider(deps: PackProviderDeps): ToolProvider {
  const { live, reader, system } = deps;
  const breakers = new Breakers(deps.clock);
  const made = new Map<Pack, ReadonlyMap<string, readonly Tool[]>>();

  /** The tools of a pack at an address, the same objects for every tenant that has the same. */
  const toolsOf = (pack: Pack, mark: string): readonly Tool[] => {
    const known = made.get(pack)?.get(mark);
    if (known !== undefined) return known;
    const tools = pack.tools.map((tool) => linkTool({ ...deps, breakers }, pack, { tool, mark }));
    // Addresses of tenants are many and seldom the same: only the common tools are kept.
    if (mark === '') made.set(pack, new Map([[mark, tools]]));
    return tools;
  };
  live.onChange(() => {
    const current = new Set(live.current());
    for (const pack of made.keys()) if (!current.has(pack)) made.delete(pack);
  });

  return {
    name: 'packs',
    generation: () => live.generation() + system.generation(),
    catalogueOf: async (tenant_id, { catalogue_epoch, earlier }) => {
      if (live.current().length === 0) return undefined;
      const rows = await reader.rowsOf(tenant_id, catalogue_epoch);
      const tools = new Map<string, Tool>();
      const failed: Failed[] = [];
      for (const pack of live.current()) {
        if (!isEnabled(pack, rows)) continue;
        for (const tool of toolsOf(pack, addressMark(reader.resolve(pack, rows, null)))) {
          const is_taken = tools.has(tool.name) || earlier.findTool(tenant_id, tool.name) !== undefined;
          if (is_taken) failed.push(nameTaken(pack, tool));
          else tools.set(tool.name, tool);
        }
      }
      if (tools.size === 0 && failed.length === 0) return undefined;
      const none = { toolsets: [], prompts: [], resources: [], resource_templates: [], sources: [], held: [] };
      return createCatalogue({ ...none, tools: [...tools.values()], failed }, () => Promise.resolve());
    },
  };
}

function nameTaken({ shown }: Pack, { name, scope }: Tool): Failed {
  const message = `the pack in ${shown} brings a tool "${name}", and there is one of that name`;
  return { entity: 'tool', name, scope, faults: [{ path: `tools.${name}`, message, hint: 'Rename one of them.' }] };
}

interface ToolAt {
  readonly tool: PackTool;
  /** Stands for the addresses that the tenant has given. */
  readonly mark: string;
}

function linkTool(deps: PackProviderDeps & { readonly breakers: Breakers }, pack: Pack, { tool, mark }: ToolAt): Tool {
  const need = tool.need === undefined ? undefined : needAt(tool.need, mark);
  const settingsFor = async (_pack: Pack, _tool: PackTool, ctx: RunContext): Promise<CallSettings> => {
    const { tenant_id, workspace_id } = ctx.caller;
    const settings = deps.reader.resolve(pack, await deps.reader.rowsForCall(tenant_id), workspace_id);
    if (need !== undefined) refuseOtherAddress(tool, settings, mark);
    return openSettings(deps, tenant_id, { pack, settings });
  };
  return toSchemaTool(
    { ...tool.definition, revision: { pack: pack.code, hash: pack.hash, ...(need === undefined ? {} : { need }) } },
    {
      ...{ kind: tool.source_type, scope: { kind: 'system' } },
      ...(need === undefined ? {} : { credential_need: need }),
      ...(tool.secrets.length === 0 ? {} : { variables: tool.secrets }),
      run: runTool({ clock: deps.clock, breakers: deps.breakers, settingsFor }, pack, tool),
    },
  );
}

/** The account was chosen for another address than the one that counts now. */
function refuseOtherAddress({ definition: { name } }: PackTool, settings: PackSettings, mark: string): void {
  if (addressMark(settings) === mark) return;
  const cause = new Error('The address has changed since the account was chosen, or a workspace has another one');
  throw new ToolcribError('tool_busy', { params: { tool: name, tool_code: 'address_changed' }, cause });
}
