// The process that makes an embedded database in the empty folder of its one argument, and brings it to the disk.
import { openPglite } from './open-pglite.ts';
import { syncFolder } from './synced-files.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) process.exit(1);
const pglite = await openPglite(folder);
await pglite.close();
syncFolder(folder);
