// examples/remote-pack does what its README says: the commands are taken from it and run as they stand there, on other ports.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { verifies } from '../support/verifies.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'examples/remote-pack/README.md'), 'utf8');
const [service_command = '', server_command = '', calls = '', check = ''] = [
  ...readme.matchAll(/```sh\n([^]*?)\n```/g),
].map(([, commands = '']) => commands);
const data = mkdtempSync(join(tmpdir(), 'toolcrib-example-'));
const started: ChildProcessWithoutNullStreams[] = [];
let environment: Record<string, string | undefined> = {};
let port = 0;

/** A shell of its own group, so that it ends with everything that it has started. */
function shell(command: string): ChildProcessWithoutNullStreams {
  const here = command.replaceAll('7070', String(port));
  return spawn('sh', ['-c', here], { cwd: root, detached: true, env: { ...process.env, ...environment } });
}

async function until(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<RegExpExecArray> {
  started.push(child);
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = pattern.exec(output);
      if (found !== null) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`It ended with ${code}:\n${output}`)));
  });
}

async function run(command: string) {
  const child = shell(command);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code: code as number };
}

beforeAll(async () => {
  port = await freePort();
  const server_port = await freePort();
  environment = { TOOLCRIB_PORT: String(server_port), TOOLCRIB_DATA: data };
  await until(shell(service_command), /listens on/);
  const ready = await until(shell(server_command), /TOOLCRIB_KEY=(tc_\S+)[^]*^Ready/m);
  environment = { ...environment, TOOLCRIB_KEY: ready[1], TOOLCRIB_URL: `http://127.0.0.1:${server_port}` };
}, 120_000);
afterAll(async () => {
  for (const child of started) {
    if (child.pid === undefined || child.exitCode !== null) continue;
    process.kill(-child.pid, 'SIGTERM');
    await once(child, 'exit');
  }
  rmSync(data, { recursive: true, force: true });
});

test('two commands, and its tools can be called', { timeout: 60_000 }, async () => {
  verifies('PAK-05');
  const [allow = '', add = '', list = '', count = ''] = calls.split('\n');
  expect(await run(allow)).toMatchObject({ code: 0 });
  const added = await run(add);
  expect(added).toMatchObject({ code: 0 });
  expect(added.out).toContain('Hello there');
  expect((await run(list)).out).toContain('Hello there');
  expect((await run(count)).out.replaceAll(/\s/g, '')).toContain('"notes":1,"words":2');
});

test('and its service keeps to the contract', { timeout: 60_000 }, async () => {
  verifies('PAK-05');
  const { out, code } = await run(check);
  expect(out).not.toContain('FAILED');
  expect(code).toBe(0);
});
