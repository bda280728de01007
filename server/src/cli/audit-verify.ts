// toolcrib audit verify: holds the chain of an export against itself and against anchors; with a file it needs no server.
import { createReadStream } from 'node:fs';
import { ToolcribError } from '../base/errors.ts';
import { splitLines } from '../ledger/split-lines.ts';
import { verifyExport } from '../ledger/verify-export.ts';
import type { ChainReport } from '../ledger/verify-export.ts';
import { anchorOption, anchorsOf, showReport } from './audit-report.ts';
import { wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const auditVerifyCommand: Command = {
  name: 'audit verify',
  summary: 'Verify an export of the audit, offline; without a file, the whole audit of a running server',
  words: '[FILE]',
  options: { anchor: anchorOption, ...remoteOptions },
  run: async (input, io) => {
    const [file] = input.words;
    if (input.words.length > 1) throw wrongUsage(auditVerifyCommand, 'One file at a time');
    const anchors = anchorsOf(auditVerifyCommand, input);
    const chunks =
      file === undefined
        ? await remote(auditVerifyCommand, input).exportAudit()
        : readable(createReadStream(file), file);
    return showReport(await verifyChunks(chunks, anchors), io.out);
  },
};

/** Verifies an export as it comes. What is no text in lines is a broken export. */
export async function verifyChunks(
  chunks: AsyncIterable<Uint8Array>,
  anchors: Parameters<typeof verifyExport>[1],
): Promise<ChainReport> {
  try {
    return await verifyExport(splitLines(chunks), anchors);
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'broken', seq: undefined, problem: error.message };
    if (!(error instanceof TypeError)) throw error;
    const problem =
      error.message === 'terminated'
        ? 'The server ended the connection before the export was complete'
        : 'It is not text';
    return { kind: 'broken', seq: undefined, problem };
  }
}

async function* readable(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ToolcribError('usage_invalid', {
      params: { problem: `${file} cannot be read (${reason})`, usage: 'toolcrib audit verify FILE' },
      cause,
    });
  }
}
