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
    return showReport(await verifyChunks(chunks, anchors), (text) => io.out(text));
  },
};

/** Verifies an export as it comes; one that a server does not bring to its end is broken. */
export async function verifyChunks(
  chunks: AsyncIterable<Uint8Array>,
  anchors: Parameters<typeof verifyExport>[1],
): Promise<ChainReport> {
  try {
    return await verifyExport(splitLines(chunks), anchors);
  } catch (error) {
    // So fetch says that a connection has ended before the answer did.
    if (!(error instanceof TypeError && error.message === 'terminated')) throw error;
    return {
      kind: 'broken',
      seq: undefined,
      problem: 'The server ended the connection before the export was complete',
    };
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
