// Other people's clients and servers (test/peers): installing them, and running them as processes of their own.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

/** Where they are installed. */
export const peersFolder = fileURLToPath(new URL('../peers', import.meta.url));

const stamp = join(peersFolder, 'node_modules', '.installed-from');

/** Installs them when they are missing or not those of the lock file. Only one process at a time does, others wait. */
export async function ensurePeers(): Promise<void> {
  const wanted = sha256(readFileSync(join(peersFolder, 'package-lock.json')));
  if (readStamp() === wanted) return;
  // A lock that ends with its process, however that ends.
  const lock = new DatabaseSync(join(tmpdir(), `toolcrib-peers-${sha256(peersFolder).slice(0, 16)}.lock`));
  try {
    lock.exec(`PRAGMA busy_timeout = ${install_ms}; BEGIN EXCLUSIVE`);
    if (readStamp() === wanted) return;
    await install();
    writeFileSync(stamp, wanted);
  } finally {
    lock.close();
  }
}

const install_ms = 300_000;

function install(): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('npm', ['ci', '--prefix', peersFolder], { timeout: install_ms }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`npm ci --prefix test/peers failed: ${stderr}`, { cause: error }));
    });
  });
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}

export interface PeerRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a JavaScript program with this Node and waits for its end. `program` is a path inside test/peers.
 * It sees nothing of this process's environment, and a home folder of its own.
 */
export async function runPeer(program: string, args: readonly string[], timeout_ms = 60_000): Promise<PeerRun> {
  const home = mkdtempSync(join(tmpdir(), 'toolcrib-peer-'));
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  try {
    return await new Promise<PeerRun>((resolve, reject) => {
      const child = spawn(process.execPath, [join(peersFolder, program), ...args], {
        cwd: peersFolder,
        env: { HOME: home, PATH: path },
        timeout: timeout_ms,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
