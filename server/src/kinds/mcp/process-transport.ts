// A server that is a program of the operator's, spoken to over its input and output: in a process group of its own, with an
// environment of its own, and gone when the connection is closed.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { cleanLine } from '../../base/clean-text.ts';
import { processEnvironment } from '../../base/config.ts';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { ServerTransport } from './server-transport.ts';

export interface Program {
  readonly source: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: Log;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export async function openProcess(program: Program): Promise<ServerTransport> {
  const { ReadBuffer, serializeMessage } = await import('@modelcontextprotocol/client');
  const transport = new ProcessTransport(program, {
    read: new ReadBuffer({ maxBufferSize: limits.mcp_answer_bytes }),
    write: serializeMessage,
  });
  return { transport, refusal: () => undefined, end: () => Promise.resolve() };
}

interface Framing {
  readonly read: { append(chunk: Buffer): void; readMessage(): JSONRPCMessage | null };
  readonly write: (message: JSONRPCMessage) => string;
}

class ProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  readonly #program: Program;
  readonly #framing: Framing;
  #child: Child | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(program: Program, framing: Framing) {
    this.#program = program;
    this.#framing = framing;
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#program;
    const path = processEnvironment('PATH');
    const child: Child = spawn(command, [...args], {
      cwd,
      env: { ...(path === undefined ? {} : { PATH: path }), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: whatever it starts ends with it.
      detached: true,
      shell: false,
    });
    this.#child = child;
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    child.once('close', () => {
      ended.resolve();
      this.onclose?.();
    });
    child.stdin.on('error', (error) => this.onerror?.(error));
    child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#tellErrors(child);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        ended.resolve();
        reject(new ToolcribError('source_unavailable', { params: { source: this.#program.source }, cause }));
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (child === undefined || !child.stdin.writable) {
      return Promise.reject(
        new ToolcribError('source_unavailable', {
          params: { source: this.#program.source },
          cause: 'the program ended',
        }),
      );
    }
    const text = this.#framing.write(message);
    return new Promise((resolve, reject) => {
      child.stdin.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Asks it to end, and then ends it and whatever it has started. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.stdin.end();
    this.#kill(child, 'SIGTERM');
    const timer = setTimeout(() => this.#kill(child, 'SIGKILL'), limits.mcp_stop_ms);
    await this.#ended;
    clearTimeout(timer);
    // Nobody of its group stays.
    this.#kill(child, 'SIGKILL');
  }

  #receive(chunk: Buffer): void {
    try {
      this.#framing.read.append(chunk);
    } catch (error) {
      this.onerror?.(error as Error);
      void this.close();
      return;
    }
    for (;;) {
      try {
        const message = this.#framing.read.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error as Error);
      }
    }
  }

  #kill({ pid }: Child, signal: NodeJS.Signals): void {
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  #tellErrors({ stderr }: Child): void {
    const { log, source } = this.#program;
    let lines = 0;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      // Piece by piece, whether lines are whole or not: nothing is gathered.
      for (const line of text.slice(0, 10_000).split('\n')) {
        if (line === '' || (lines += 1) > limits.mcp_stderr_lines) continue;
        log.info('mcp-program-says', { source, line: cleanLine(line, 500) });
      }
    });
  }
}
