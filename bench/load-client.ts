// A keep-alive HTTP/1.1 client that costs as little as it can, so that on a small machine the servers have the processor:
// requests are written from ready bytes, answers are only framed, checked and timed.
// Closed loop: each connection sends its next request when the answer has come. No request is left unanswered at the end,
// so that calls can be counted exactly on both sides. Understands Content-Length and chunked answers, nothing else.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { LoadJob, LoadResult, PreparedRequest } from './load-job.ts';
import { percentile } from './statistics.ts';

/** Runs one job to its end. Rejects only when no connection can be opened. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const tally: Tally = { good: 0, bad: 0, broken: 0, first_bad: undefined, latencies_ms: [], next: job.offset };
  const lanes = await Promise.all(Array.from({ length: job.connections }, () => openLane(job, tally)));
  const cpu_before = process.cpuUsage();
  const begin_ms = performance.now();
  await Promise.all(lanes.map((lane) => lane.run(begin_ms + job.duration_ms)));
  const elapsed_ms = performance.now() - begin_ms;
  const cpu = process.cpuUsage(cpu_before);
  const sorted = Float64Array.from(tally.latencies_ms).sort();
  return {
    good: tally.good,
    bad: tally.bad,
    broken: tally.broken,
    first_bad: tally.first_bad,
    elapsed_ms,
    p50_ms: percentile(sorted, 0.5),
    p99_ms: percentile(sorted, 0.99),
    slowest_ms: sorted.at(-1) ?? 0,
    cpu_ms: (cpu.user + cpu.system) / 1_000,
  };
}

interface Tally {
  good: number;
  bad: number;
  broken: number;
  first_bad: string | undefined;
  readonly latencies_ms: number[];
  /** Index of the next request; shared by all connections. */
  next: number;
}

interface Lane {
  /** Sends and receives until the time is over and the last answer is in. */
  run(deadline_ms: number): Promise<void>;
}

const readBufferBytes = 256 * 1024;

function openLane(job: LoadJob, tally: Tally): Promise<Lane> {
  return new Promise((resolve, reject) => {
    let on_chunk: (text: string) => void = () => undefined;
    const socket: Socket = connect({
      port: job.port,
      host: '127.0.0.1',
      noDelay: true,
      // One buffer per connection instead of one per answer.
      onread: {
        buffer: Buffer.allocUnsafe(readBufferBytes),
        callback: (size: number, buffer: Uint8Array) => {
          on_chunk((buffer as Buffer).toString('latin1', 0, size));
          return true;
        },
      },
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve({ run: (deadline_ms) => drive(job, tally, socket, deadline_ms, (handler) => (on_chunk = handler)) });
    });
  });
}

function drive(
  job: LoadJob,
  tally: Tally,
  socket: Socket,
  deadline_ms: number,
  listen: (handler: (text: string) => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let pending: PreparedRequest | undefined;
    let sent_ms = 0;
    let text = '';
    const send = (): void => {
      sent_ms = performance.now();
      if (sent_ms >= deadline_ms) {
        pending = undefined;
        socket.end();
        return;
      }
      pending = job.requests[tally.next++ % job.requests.length] as PreparedRequest;
      socket.write(pending.bytes);
    };
    listen((chunk) => {
      text = text === '' ? chunk : text + chunk;
      if (pending === undefined || !isComplete(text)) return;
      tally.latencies_ms.push(performance.now() - sent_ms);
      check(tally, pending, text);
      text = '';
      send();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (pending !== undefined) tally.broken += 1;
      resolve();
    });
    send();
  });
}

function check(tally: Tally, request: PreparedRequest, text: string): void {
  // The status is between the first two spaces: "HTTP/1.1 200 OK".
  const holds = (answer: string): boolean => request.expected.every((part) => answer.includes(part));
  if (text.startsWith('200', 9) && (holds(text) || holds(joinChunks(text)))) {
    tally.good += 1;
    return;
  }
  tally.bad += 1;
  tally.first_bad ??= text.slice(0, 500);
}

const contentLength = /\r\ncontent-length: *(\d+)/i;

/** Whether a whole answer is there (RFC 9112 §6.3, for the two framings that servers of JSON use). */
function isComplete(text: string): boolean {
  const head_end = text.indexOf('\r\n\r\n');
  if (head_end === -1) return false;
  const length = contentLength.exec(text.slice(0, head_end))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= head_end + 4 + Number(length);
}

/** A chunked answer without the sizes between its chunks (RFC 9112 §7.1): a chunk may end within what is looked for. */
function joinChunks(text: string): string {
  let rest = text.slice(text.indexOf('\r\n\r\n') + 4);
  let joined = '';
  for (;;) {
    const size_end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, size_end), 16);
    if (!(size > 0)) return joined;
    joined += rest.slice(size_end + 2, size_end + 2 + size);
    rest = rest.slice(size_end + 2 + size + 2);
  }
}
