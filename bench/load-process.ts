// Entry of the load process: takes jobs over the pipe to its parent and answers each with its result.
import { runLoad } from './load-client.ts';
import type { LoadJob } from './load-job.ts';

process.on('message', (job: LoadJob) => {
  runLoad(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
