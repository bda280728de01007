// The thread that splits large configuration files into entities. It gives them portion by portion, as they are asked for.
import { parentPort } from 'node:worker_threads';
import { limits } from '../base/limits.ts';
import type { FromSplitter, ToSplitter } from './file-splitter.ts';
import type { Located } from './located.ts';
import { splitFile } from './split-file.ts';
import type { SplitFile } from './split-file.ts';

const port = parentPort;
if (port === null) process.exit(1);

let split: SplitFile = { entities: [], faults: [], unreadable: [] };
let next = 0;
port.on('message', (message: ToSplitter) => {
  if (message.kind === 'split') {
    split = splitFile(message.text, message.file);
    next = 0;
  }
  port.postMessage(portion());
});

function portion(): FromSplitter {
  const start = next;
  let values = 0;
  while (next < split.entities.length && values < limits.config_portion_values) {
    values += countValues(split.entities[next]?.body);
    next += 1;
  }
  const is_last = next >= split.entities.length;
  const { faults, unreadable } = is_last ? split : { faults: [], unreadable: [] };
  return { entities: split.entities.slice(start, next), faults, unreadable, is_last };
}

function countValues(node: Located | undefined): number {
  if (node === undefined || node.kind === 'scalar') return 1;
  const inner = node.kind === 'list' ? node.items : Array.from(node.entries.values(), ({ value }) => value);
  return inner.reduce((count, item) => count + countValues(item), 1);
}
