// The entry of the `toolcrib` command.
import { runCli } from './cli/run.ts';
import { createIo } from './cli/terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), createIo(process));
