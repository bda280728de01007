// The parent's side of the load process: one process for the whole run, so that its compiled code is warm for everyone.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load-job.ts';

export interface LoadProcess extends AsyncDisposable {
  run(job: LoadJob): Promise<LoadResult>;
}

/** Starts the process that sends the requests. */
export function startLoadProcess(): LoadProcess {
  const child = fork(fileURLToPath(new URL('load-process.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const exited = once(child, 'exit');
  return {
    run: async (job) => {
      const answered = once(child, 'message');
      child.send(job);
      const [message] = (await Promise.race([
        answered,
        exited.then(() => [{ failure: 'the load process ended' }]),
      ])) as [{ result?: LoadResult; failure?: string }];
      if (message.result === undefined) throw new Error(`No load could be made: ${message.failure}`);
      return message.result;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
