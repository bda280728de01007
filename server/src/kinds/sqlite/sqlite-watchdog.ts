// A thread that waits until the server's end of the pipe is gone, and then ends the process, whatever it is doing.
import { readSync } from 'node:fs';

const byte = Buffer.alloc(1);
try {
  while (readSync(0, byte) > 0);
} finally {
  process.kill(process.pid, 'SIGKILL');
}
