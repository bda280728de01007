// toolcrib start: runs the server until it is told to stop. SIGHUP loads the tool files again.
import { settings } from '../base/settings.ts';
import { startServer } from '../server.ts';
import type { FirstStart, RunningServer } from '../server.ts';
import { exit } from './command.ts';
import type { Command, Io } from './command.ts';
import { configOf, configOption } from './config-option.ts';
import { showFaults } from './show-error.ts';

const start_options = Object.values(settings).flatMap((setting) => ('option' in setting ? [setting] : []));

export const startCommand: Command = {
  name: 'start',
  summary: 'Run the server',
  words: '',
  options: {
    config: configOption,
    ...Object.fromEntries(
      start_options.map(({ option, description, text }) => [
        option,
        {
          value:
            text === 'number' ? 'N' : option === 'tools' ? '[TENANT=]PATH' : option === 'prebuilt' ? 'NAME' : 'VALUE',
          repeatable: text === 'list',
          description,
        },
      ]),
    ),
    strict: { description: 'Do not start when a source, tool or toolset of the files cannot be used' },
  },
  run: async (input, io) => {
    const server = await startServer({
      config: configOf(input),
      strict: input.switches.has('strict'),
    });
    // Whoever is told that the server is ready may send signals.
    const reload = (): void => void server.reload();
    process.on('SIGHUP', reload);
    const stopped = stopSignal();
    announce(server, io);
    await stopped;
    await server.stop();
    process.off('SIGHUP', reload);
    return exit.done;
  },
};

function announce(server: RunningServer, io: Io): void {
  io.out(`Toolcrib listens on ${server.url}  (API: ${server.url}/docs, MCP: ${server.url}/mcp)\n`);
  if (server.faults.length > 0) io.err(`Not everything in the tool files can be used:\n${showFaults(server.faults)}`);
  for (const warning of server.warnings) io.err(`Warning: ${warning}\n`);
  const { first_start } = server;
  if (first_start !== undefined) io.out(welcome(server.url, first_start));
  io.out('Ready. Ctrl-C stops it.\n');
}

function welcome(url: string, { tenant_slug, email, key, invitation, example }: FirstStart): string {
  const made = `
First start: a tenant "${tenant_slug}", its owner ${email} and an API key were made.
The key is shown this once; only its hash is kept:

  export TOOLCRIB_KEY=${key}

To sign in with a browser, set the owner's password, once and within seven days, at

  ${invitation}

`;
  if (example === undefined) return made;
  return `${made}Call a tool of the demo:

  curl -s ${url}/v1/tools/${example.tool}/call -H "Authorization: Bearer ${key}" \\
    -H 'Content-Type: application/json' -d '${JSON.stringify({ arguments: example.args })}'

`;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
