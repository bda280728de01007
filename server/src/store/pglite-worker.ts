// The thread that runs the embedded PostgreSQL: takes protocol bytes, gives protocol bytes. Knows nothing of statements.
// It has a thread of its own because every statement blocks the thread that runs it.
import { parentPort, workerData } from 'node:worker_threads';
import { serialize } from 'pg-protocol';
import type { FromWorker, ToWorker } from './pglite-protocol.ts';
import { openPglite } from './open-pglite.ts';

const port = parentPort;
if (port === null) process.exit(1);
const pglite = await openPglite(workerData as string);

let closing = false;
let turn: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker) => {
  // A failure ends the thread; the store starts a new one, which recovers from the log.
  if (!closing) turn = turn.then(() => handle(message));
  closing ||= message.kind === 'close';
});
send({ kind: 'ready' });

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'bytes':
      send({ kind: 'bytes', bytes: await answer(message.bytes) });
      return;
    case 'reset':
      await answer(serialize.query('rollback'));
      await answer(serialize.query('discard all'));
      return;
    case 'close':
      await answer(serialize.query('rollback'));
      await answer(serialize.query('checkpoint'));
      await pglite.close();
      send({ kind: 'closed' });
      port?.close();
  }
}

async function answer(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  // The parts are views of the database's memory: they are copied before the next one comes.
  await pglite.execProtocolRawStream(bytes, { syncToFs: false, onRawData: (part) => parts.push(part.slice()) });
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? new Uint8Array(first) : new Uint8Array(Buffer.concat(parts));
}

function send(message: FromWorker): void {
  port?.postMessage(message, message.kind === 'bytes' ? [message.bytes.buffer] : []);
}
