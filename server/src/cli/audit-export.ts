// toolcrib audit export: saves the audit of a running server with its chain, and verifies it on the way.
import { open } from 'node:fs/promises';
import type { AuditRange } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import { anchorOption, anchorsOf, showReport } from './audit-report.ts';
import { verifyChunks } from './audit-verify.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const auditExportCommand: Command = {
  name: 'audit export',
  summary: 'Export the audit with its chain as JSON Lines, to a file or to standard output',
  words: '',
  options: {
    ...remoteOptions,
    from: {
      value: 'TIME|SEQ',
      description: 'Begin there: a time in UTC (2026-01-31T00:00:00Z) or a place in the chain',
    },
    to: { value: 'TIME|SEQ', description: 'End before this time, or with this place' },
    out: { value: 'FILE', description: 'Where to write; the file must not be there yet' },
    anchor: anchorOption,
  },
  run: async (input, io) => {
    if (input.words.length > 0) throw wrongUsage(auditExportCommand, 'The file is named by --out');
    const anchors = anchorsOf(auditExportCommand, input);
    const range = { ...boundOf('from', input), ...boundOf('to', input) };
    const client = remote(auditExportCommand, input);
    const { out } = input.options;
    const file = out === undefined ? undefined : await openNew(out);
    try {
      const decoder = new TextDecoder();
      const write = async (chunk: Uint8Array): Promise<void> => {
        if (file === undefined) io.out(decoder.decode(chunk, { stream: true }));
        else await file.writeFile(chunk);
      };
      const report = await verifyChunks(copy(await client.exportAudit(range), write), anchors);
      await file?.sync();
      return showReport(report, (text) => io.err(text));
    } finally {
      await file?.close();
    }
  },
};

/** Each chunk is written before the next one is asked for. */
async function* copy(
  chunks: AsyncIterable<Uint8Array>,
  write: (chunk: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await write(chunk);
    yield chunk;
  }
}

function boundOf(name: 'from' | 'to', { options }: CommandInput): AuditRange {
  const text = options[name];
  if (text === undefined) return {};
  if (/^[1-9]\d{0,14}$/.test(text)) return { [`${name}_seq`]: Number(text) };
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw wrongUsage(auditExportCommand, `--${name} takes a time or a place, not "${text}"`);
  return { [name]: new Date(time).toISOString() };
}

/** For its owner alone to read. */
function openNew(path: string) {
  return open(path, 'wx', 0o600).catch((cause: unknown) => {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    const problem = code === 'EEXIST' ? `${path} is there already` : `${path} cannot be written (${code})`;
    throw new ToolcribError('usage_invalid', { params: { problem, usage: 'toolcrib audit export --out FILE' }, cause });
  });
}
