#!/usr/bin/env node
// The `toolcrib` command. Plain JavaScript that old versions of Node can read, so that they get a sentence and not a stack.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

const needed = [24, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  // From the second start on, no source is parsed again: a third of the start-up time and 25 MB less. The folder belongs
  // to whoever installed the code, as the code does; where it cannot be written, nothing is kept.
  module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/toolcrib', import.meta.url)));
  // V8 would learn from the first seconds to put the objects of calls among the old ones, and collect them there at a
  // quarter more CPU per call (docs/decisions/0064). Must be set before the code that it concerns is compiled.
  v8.setFlagsFromString('--no-allocation-site-pretenuring');
  await import('../src/main.ts');
} else {
  process.stderr.write(
    `Toolcrib needs Node ${needed.join('.')} or later, this is ${process.versions.node}. ` +
      'In the repository, "npm ci" brings the right one: use "npm start" or "npm run toolcrib -- <command>".\n',
  );
  process.exitCode = 1;
}
