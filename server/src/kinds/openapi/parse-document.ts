// The text of an OpenAPI document, JSON or YAML, as a value: with an end to its size, its depth, and to the time and the memory
// that YAML may take, which is read in a thread of its own (attack A36).
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits } from '../../base/limits.ts';
import { scanJson } from '../../base/scan-json.ts';
import { Gate } from '../gate.ts';

export type Parsed = { readonly value: unknown } | { readonly problem: string };

/** What the thread answers: the same as JSON text. */
export type ParsedYaml = { readonly json: string } | { readonly problem: string };

/** Threads of this process that read YAML at once: others wait. */
const threads = new Gate(limits.openapi_threads);

/** Never throws. */
export async function parseDocument(text: string): Promise<Parsed> {
  if (Buffer.byteLength(text) > limits.openapi_bytes)
    return { problem: `is larger than ${limits.openapi_bytes} bytes` };
  if (/^\s*\{/.test(text)) return parseJsonText(text);
  await threads.enter(new AbortController().signal);
  const yaml = await parseApart(text).finally(() => threads.leave());
  return 'problem' in yaml ? yaml : parseJsonText(yaml.json);
}

function parseJsonText(text: string): Parsed {
  if (scanJson(Buffer.from(text)).depth > limits.json_depth) {
    return { problem: `is nested deeper than ${limits.json_depth} levels` };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'is not valid JSON' };
  }
}

async function parseApart(text: string): Promise<ParsedYaml> {
  const worker = new Worker(new URL(`./parse-yaml-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: limits.openapi_parse_mib },
    // Its standard streams are not ours: a library that warns must not write into the answer of a command.
    stdout: true,
    stderr: true,
  });
  worker.on('error', () => undefined);
  const ended = new AbortController();
  const either = { signal: AbortSignal.any([AbortSignal.timeout(limits.openapi_parse_ms), ended.signal]) };
  const too_much: ParsedYaml = { problem: 'takes too much time or memory to read' };
  try {
    const exit = once(worker, 'exit', either).then(() => []);
    const [answer] = (await Promise.race([once(worker, 'message', either), exit])) as [ParsedYaml?];
    return answer ?? too_much;
  } catch {
    return too_much;
  } finally {
    ended.abort();
    await worker.terminate();
  }
}
