// Writes more log than a pipe holds, then says so on standard output: for what happens when nobody reads it.
import { createLog } from '../../server/src/base/log.ts';

const log = createLog({ level: 'info' });
const events = 20_000;
for (let written = 0; written < events; written += 1) log.info('noise', { text: 'x'.repeat(500) });
process.stdout.write(JSON.stringify({ events, rss_mb: Math.round(process.memoryUsage.rss() / 1e6) }));
