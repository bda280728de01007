// Holds an export of the audit against its own chain: needs nothing but its lines. The record's text is taken as it
// stands there, byte by byte, so that nothing can be said in a line that its hash does not hold.
import { createHash, hash as digestOf } from 'node:crypto';
import type { AuditHead } from '@toolcrib/client';
import { z } from 'zod';
import { zeroHash } from './export-audit.ts';

/** What was found. A broken chain is told by its first place that is wrong. */
export type ChainReport =
  | {
      readonly kind: 'whole';
      readonly tenant_id: string;
      readonly records: number;
      /** The last record that the export holds. */
      readonly last: AuditHead;
      /** Of the whole audit; the export ends before it when a part was asked for. */
      readonly head: AuditHead;
      /** Times of the earliest and the latest record. */
      readonly from: string | undefined;
      readonly to: string | undefined;
    }
  | { readonly kind: 'broken'; readonly seq: number | undefined; readonly problem: string };

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const place = z.number().int().min(0);
const startLine = z.strictObject({
  toolcrib_audit: z.literal(1),
  tenant_id: z.uuid(),
  after: z.strictObject({ seq: place, hash: hex.nullable() }),
  through: place,
});
const endLine = z.strictObject({ head: z.strictObject({ seq: place, hash: hex }) });
const recordLine = /^\{"seq":([1-9]\d{0,15}),"hash":"([0-9a-f]{64})","record":(\{.*\})\}$/s;
const recordText = z.looseObject({ form: z.literal(1), kind: z.enum(['call', 'change']), tenant_id: z.string() });
const recordTime = z.union([z.object({ started_at: z.iso.datetime() }), z.object({ at: z.iso.datetime() })]);

class Broken extends Error {
  readonly seq: number | undefined;

  constructor(seq: number | undefined, problem: string) {
    super(problem);
    this.seq = seq;
  }
}

/** Verifies the lines of an export, and that each anchor (a head noted earlier) is a record of it. Reads to the end. */
export async function verifyExport(
  lines: AsyncIterable<string | undefined>,
  anchors: readonly AuditHead[] = [],
): Promise<ChainReport> {
  const reader = new ChainReader(anchors);
  let broken: ChainReport | undefined;
  for await (const line of lines) broken ??= brokenBy(() => reader.take(line));
  return broken ?? brokenBy(() => reader.check()) ?? reader.report();
}

function brokenBy(step: () => void): ChainReport | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof Broken) return { kind: 'broken', seq: error.seq, problem: error.message };
    throw error;
  }
}

/** The next hash of a chain. */
export function linkHash(before: string, seq: number, text: string): string {
  const place_bytes = Buffer.alloc(8);
  place_bytes.writeBigUInt64BE(BigInt(seq));
  const link = createHash('sha256').update(before, 'hex').update(place_bytes);
  return link.update(digestOf('sha256', text, 'buffer')).digest('hex');
}

class ChainReader {
  readonly #anchors: Map<number, string>;
  #start: z.output<typeof startLine> | undefined;
  #head: AuditHead | undefined;
  #last: AuditHead = { seq: 0, hash: zeroHash };
  #records = 0;
  #from: string | undefined;
  #to: string | undefined;

  constructor(anchors: readonly AuditHead[]) {
    this.#anchors = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  }

  take(line: string | undefined): void {
    if (line === undefined) throw new Broken(this.#next(), 'A line is no text, or longer than any record');
    if (this.#head !== undefined) throw new Broken(undefined, 'Something follows the last line');
    if (this.#start === undefined) return this.#begin(line);
    const parts = recordLine.exec(line);
    if (parts !== null) return this.#record(Number(parts[1]), parts[2] ?? '', parts[3] ?? '');
    this.#head = endLine.safeParse(parse(line)).data?.head;
    if (this.#head === undefined) throw new Broken(this.#next(), 'A line is not of an export');
  }

  /** After the last line. */
  check(): void {
    const [start, head, last] = [this.#start, this.#head, this.#last];
    if (start === undefined) throw new Broken(undefined, 'There is nothing in it');
    if (head === undefined)
      throw new Broken(last.seq + 1, `It was cut after record ${last.seq}: the last line is missing`);
    if (last.seq < start.through) throw missing(last.seq, start.through + 1);
    if (last.seq > start.through) throw new Broken(last.seq, `It says that it ends with record ${start.through}`);
    if (head.seq < last.seq || (head.seq === last.seq && head.hash !== last.hash)) {
      throw new Broken(
        last.seq,
        `The head is ${head.seq}:${head.hash}, but the last record is ${last.seq}:${last.hash}`,
      );
    }
    const [anchor] = this.#anchors.keys();
    if (anchor !== undefined) throw unreached(anchor, start.after.seq, last.seq, head.seq);
  }

  /** Of an export that is whole. */
  report(): ChainReport {
    const [last, head = last, tenant_id = ''] = [this.#last, this.#head, this.#start?.tenant_id];
    return { kind: 'whole', tenant_id, records: this.#records, last, head, from: this.#from, to: this.#to };
  }

  /** The place that is read; undefined before the first line. */
  #next(): number | undefined {
    return this.#start === undefined ? undefined : this.#last.seq + 1;
  }

  #begin(line: string): void {
    const start = startLine.safeParse(parse(line)).data;
    if (start === undefined) throw new Broken(undefined, 'It does not begin as an export of the audit, form 1');
    const { seq } = start.after;
    // After a cut of old records, the anchor stands for the last one of the export that was kept.
    const hash = start.after.hash ?? this.#anchors.get(seq);
    if (hash === undefined) throw new Broken(seq, `Record ${seq}, after which it begins, is missing`);
    if (seq === 0 && hash !== zeroHash) throw new Broken(0, 'The chain does not begin with zeros');
    this.#start = start;
    this.#reach({ seq, hash });
  }

  #record(seq: number, hash: string, text: string): void {
    const next = this.#last.seq + 1;
    if (seq > next) throw missing(this.#last.seq, seq);
    if (seq < next) throw new Broken(seq, `Record ${seq} stands after record ${this.#last.seq}`);
    if (linkHash(this.#last.hash, seq, text) !== hash) {
      throw new Broken(seq, `Record ${seq} is not what was recorded in this place`);
    }
    const record = recordText.safeParse(parse(text)).data;
    if (record?.tenant_id !== this.#start?.tenant_id) throw new Broken(seq, `Record ${seq} is not of this tenant`);
    this.#records += 1;
    this.#reach({ seq, hash });
    const time = recordTime.safeParse(record).data;
    if (time === undefined) return;
    const at = 'at' in time ? time.at : time.started_at;
    if (this.#from === undefined || at < this.#from) this.#from = at;
    if (this.#to === undefined || at > this.#to) this.#to = at;
  }

  #reach(last: AuditHead): void {
    this.#last = last;
    const anchor = this.#anchors.get(last.seq);
    this.#anchors.delete(last.seq);
    if (anchor === undefined || anchor === last.hash) return;
    throw new Broken(last.seq, `Record ${last.seq} has the hash ${last.hash}, but the anchor says ${anchor}`);
  }
}

function missing(last: number, next: number): Broken {
  const gone = next - last === 2 ? `Record ${last + 1} is missing` : `Records ${last + 1} to ${next - 1} are missing`;
  return new Broken(last + 1, gone);
}

function unreached(seq: number, after: number, last: number, head: number): Broken {
  if (seq > head) return new Broken(head + 1, `The audit ends with record ${head}, but the anchor is record ${seq}`);
  return new Broken(
    undefined,
    `Record ${seq}, of which the anchor is, is not among those after ${after} up to ${last}`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
