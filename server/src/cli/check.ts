// toolcrib check: validates the configuration and the tool files without starting; for CI.
import { createLog } from '../base/log.ts';
import { processEnvironment } from '../base/config.ts';
import { systemClock } from '../base/clock.ts';
import { createHttpClient } from '../base/http-client.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { CatalogueFile } from '../catalog/find-files.ts';
import { loadCatalogue } from '../catalog/load-catalogue.ts';
import { authServiceKinds, resourceKinds, sourceKinds, toolKinds } from '../kinds/kinds.ts';
import { prebuiltFiles } from '../prebuilt.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { configOf, configOption } from './config-option.ts';
import { showFaults } from './show-error.ts';

interface Checked {
  /** Whether there are no faults. */
  readonly ok: boolean;
  /** Names of what can be used. */
  readonly tools: readonly string[];
  readonly sources: readonly string[];
  readonly toolsets: readonly string[];
  readonly faults: readonly Fault[];
}

export const checkCommand: Command = {
  name: 'check',
  summary: 'Validate the configuration, or the given tool files, without starting',
  words: '[FILE or FOLDER …]',
  options: {
    config: configOption,
    output: { value: 'text|json', description: 'Form of the answer: {ok, tools, sources, toolsets, faults} as JSON' },
  },
  run: async (input, io) => {
    const { output = 'text' } = input.options;
    if (output !== 'text' && output !== 'json') throw wrongUsage(checkCommand, `There is no output form "${output}"`);
    const checked = await check(input);
    const { ok, faults, tools } = checked;
    if (output === 'json') io.out(`${JSON.stringify(checked, undefined, 2)}\n`);
    else if (ok) io.out(`No faults; ${tools.length} tool(s): ${tools.join(', ')}\n`);
    else io.out(`${faults.length} fault(s):\n${showFaults(faults)}`);
    return ok ? exit.done : exit.failed;
  },
};

async function check(input: CommandInput): Promise<Checked> {
  const http = createHttpClient({ allowed_private: [] });
  try {
    const { catalogue, faults } = await loadCatalogue({
      files: filesOf(input),
      environment: processEnvironment,
      kinds: { tools: toolKinds, sources: sourceKinds, auth_services: authServiceKinds, resources: resourceKinds },
      deps: { log: createLog({ level: 'silent' }), clock: systemClock, http },
    });
    await catalogue.close();
    return {
      ok: faults.length === 0,
      tools: catalogue.tools.map(({ name }) => name),
      sources: catalogue.sources.map(({ name }) => name),
      toolsets: catalogue.toolsets.map(({ name }) => name),
      faults,
    };
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || thrown.code !== 'config_invalid') throw thrown;
    return { ok: false, tools: [], sources: [], toolsets: [], faults: thrown.faults };
  } finally {
    await http.close();
  }
}

/** The given files, or those of the configuration with their tenants, whose ids are not known here. */
function filesOf(input: CommandInput): readonly CatalogueFile[] {
  const config = configOf(input);
  if (input.words.length > 0) return input.words.map((path) => ({ path, scope: { kind: 'system' } }));
  const own = config.tools.map(({ path, tenant }): CatalogueFile => ({
    path,
    scope: tenant === undefined ? { kind: 'system' } : { kind: 'tenant', tenant_id: tenant },
  }));
  return [...prebuiltFiles(config.prebuilt), ...own];
}
