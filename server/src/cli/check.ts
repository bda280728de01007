// toolcrib check: validates the configuration and the tool files without starting; for CI.
import { createLog } from '../base/log.ts';
import { processEnvironment } from '../base/config.ts';
import { systemClock } from '../base/clock.ts';
import { createHttpClient } from '../base/http-client.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { loadCatalogue } from '../catalog/load-catalogue.ts';
import { authServiceKinds, resourceKinds, sourceKinds, toolKinds } from '../kinds/kinds.ts';
import { exit } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { configOf, configOption } from './config-option.ts';
import { showFaults } from './show-error.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Validate the configuration, or the given tool files, without starting',
  words: '[FILE or FOLDER …]',
  options: {
    config: configOption,
    json: { description: 'Print {ok, tools, faults} as JSON' },
  },
  run: async (input, io) => {
    const { faults, tools } = await check(input);
    const ok = faults.length === 0;
    if (input.switches.has('json')) io.out(`${JSON.stringify({ ok, tools, faults }, undefined, 2)}\n`);
    else if (ok) io.out(`No faults; ${tools.length} tool(s): ${tools.join(', ')}\n`);
    else io.out(`${faults.length} fault(s):\n${showFaults(faults)}`);
    return ok ? exit.done : exit.failed;
  },
};

async function check(
  input: CommandInput,
): Promise<{ readonly faults: readonly Fault[]; readonly tools: readonly string[] }> {
  const http = createHttpClient({ allowed_private: [] });
  try {
    const config = configOf(input);
    const files = input.words.length > 0 ? input.words : config.tools.map(({ path }) => path);
    const { catalogue, faults } = await loadCatalogue({
      files: files.map((path) => ({ path, scope: { kind: 'system' } })),
      environment: processEnvironment,
      kinds: { tools: toolKinds, sources: sourceKinds, auth_services: authServiceKinds, resources: resourceKinds },
      deps: { log: createLog({ level: 'silent' }), clock: systemClock, http },
    });
    await catalogue.close();
    return { faults, tools: catalogue.tools.map(({ name }) => name) };
  } catch (thrown) {
    if (thrown instanceof ToolcribError && thrown.code === 'config_invalid')
      return { faults: thrown.faults, tools: [] };
    throw thrown;
  } finally {
    await http.close();
  }
}
