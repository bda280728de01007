// Puts the rows of an answer together from the pieces in which Spanner sends them, and keeps those that fit.
import type { JsonValue } from '../../base/json.ts';
import type { Column, ResultLimits, RowsResult } from '../../catalog/result.ts';
import { distinctNames } from '../sql/column-names.ts';
import { addRow, createRowBudget, dropRow, isFull, namesBytes, passOver, upperBytes } from '../sql/row-budget.ts';
import type { RowBudget } from '../sql/row-budget.ts';
import type { PartialResult, SpannerDialect, SpannerField } from './spanner-types.ts';
import { decoderOf, isList, lengthOf, setMember, typeName } from './values.ts';
import type { Decode } from './values.ts';

/** A row is at most this many times shorter than Spanner's texts of its values: of JSON, the spaces go. */
const json_shrink = 4;

export interface RowReaderOptions {
  readonly dialect: SpannerDialect;
  readonly limits: ResultLimits;
  readonly skip_rows: number;
}

export class RowReader {
  readonly #dialect: SpannerDialect;
  readonly #budget: RowBudget;
  #columns: readonly Column[] = [];
  #decoders: readonly Decode[] = [];
  #names_bytes = 0;
  /** The values of the row being read, and how long they are together. */
  #row: JsonValue[] = [];
  #row_length = 0;
  /** The beginning of a value that goes on in the next piece. */
  #begun: JsonValue | undefined;
  #affected_rows: number | undefined;
  /** Nothing of this row is kept: the caller has it, or it has no room. Its values are counted all the same. */
  #dropping = false;

  constructor({ dialect, limits, skip_rows }: RowReaderOptions) {
    this.#dialect = dialect;
    this.#budget = createRowBudget(limits, skip_rows);
  }

  /** Whether nothing that may follow belongs to the answer. */
  get is_full(): boolean {
    return this.#budget.truncated !== undefined;
  }

  read({ metadata, values, chunkedValue: is_chunked = false, stats }: PartialResult): void {
    if (metadata !== undefined) this.#describe(metadata.rowType?.fields ?? []);
    if (stats?.rowCountExact !== undefined) this.#affected_rows = Number(stats.rowCountExact);
    if (values === undefined) return;
    for (const [index, value] of values.entries()) {
      const whole = this.#begun === undefined ? value : join(this.#begun, value);
      if (this.#begun === undefined && this.#row.length === 0) this.#startRow();
      this.#begun = undefined;
      const goes_on = is_chunked && index === values.length - 1;
      this.#checkLength(value);
      const kept = this.#dropping ? emptied(whole) : whole;
      if (goes_on) this.#begun = kept;
      else this.#take(kept);
    }
  }

  result(): RowsResult {
    const { rows, truncated } = this.#budget;
    return {
      kind: 'rows',
      columns: this.#columns,
      rows,
      ...(this.#affected_rows === undefined || this.#columns.length > 0 ? {} : { affected_rows: this.#affected_rows }),
      ...(truncated === undefined ? {} : { truncated }),
    };
  }

  #describe(fields: readonly SpannerField[]): void {
    const names = distinctNames(fields.map((field) => field.name ?? ''));
    this.#columns = fields.map((field, index) => ({
      name: names[index] ?? '',
      type: typeName(field.type, this.#dialect),
    }));
    this.#decoders = fields.map((field) => decoderOf(field.type));
    this.#names_bytes = namesBytes(names);
  }

  #startRow(): void {
    this.#dropping = passOver(this.#budget);
    if (this.#dropping) return;
    if (isFull(this.#budget)) dropRow(this.#budget);
    this.#dropping = this.is_full;
  }

  /** A row that cannot have room is given up before it is whole. */
  #checkLength(value: JsonValue): void {
    if (this.#dropping) return;
    this.#row_length += textLengthOf(value);
    if (this.#row_length <= this.#budget.limits.bytes * json_shrink) return;
    dropRow(this.#budget);
    this.#dropping = true;
    this.#row = this.#row.map(emptied);
  }

  #take(value: JsonValue): void {
    this.#row.push(value);
    if (this.#row.length < this.#columns.length) return;
    if (!this.#dropping) this.#keep(this.#row);
    this.#row = [];
    this.#row_length = 0;
  }

  #keep(values: readonly JsonValue[]): void {
    const row: Record<string, JsonValue> = {};
    let length = 0;
    for (const [index, { name }] of this.#columns.entries()) {
      const raw = values[index] ?? null;
      const value = raw === null ? null : (this.#decoders[index]?.(raw) ?? raw);
      length += lengthOf(value);
      setMember(row, name, value);
    }
    addRow(this.#budget, row, upperBytes(length, this.#names_bytes));
  }
}

/** The two parts of a value: texts are joined, lists too, and within lists the last item of the first with the first of the second. */
function join(first: JsonValue, second: JsonValue): JsonValue {
  if (typeof first === 'string' && typeof second === 'string') return first + second;
  if (!isList(first) || !isList(second)) return second;
  const [begun, goes_on] = [first.at(-1), second[0]];
  if (begun === undefined || goes_on === undefined || !canGoOn(begun, goes_on)) return [...first, ...second];
  return [...first.slice(0, -1), join(begun, goes_on), ...second.slice(1)];
}

function canGoOn(begun: JsonValue, goes_on: JsonValue): boolean {
  if (typeof begun === 'string') return typeof goes_on === 'string';
  return isList(begun) && isList(goes_on);
}

/** What stands for a value that is not kept: it still joins with what follows. */
function emptied(value: JsonValue): JsonValue {
  return isList(value) ? [] : '';
}

/** The characters that Spanner sent for the value. */
function textLengthOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length;
  if (!isList(value)) return 1;
  return value.reduce<number>((sum, item) => sum + textLengthOf(item), 0);
}
