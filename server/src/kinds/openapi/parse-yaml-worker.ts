// The thread that reads one YAML document.
import { parentPort, workerData } from 'node:worker_threads';
import { parseDocument } from 'yaml';
import { limits } from '../../base/limits.ts';
import type { ParsedYaml } from './parse-document.ts';

const port = parentPort;
if (port === null) process.exit(1);
port.postMessage(read(String(workerData)));

function read(text: string): ParsedYaml {
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
    const [error] = document.errors;
    // Without the text that the library repeats.
    if (error !== undefined) return { problem: `is not valid YAML: ${error.code.toLowerCase().replaceAll('_', ' ')}` };
    // Every alias is written out here, as what it stands for.
    const json = JSON.stringify(document.toJS({ maxAliasCount: limits.config_aliases }));
    if (json === undefined || json.length > limits.openapi_bytes) return { problem: 'is too large' };
    return { json };
  } catch {
    return { problem: 'is not valid YAML' };
  }
}
