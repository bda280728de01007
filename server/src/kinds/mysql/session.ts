// One connection to MySQL, which runs one statement at a time and is reset after every one. Which call gets which session is
// the pool's decision (pool.ts).
import type { Clock } from '../../base/clock.ts';
import type { ArgumentValue } from '../../catalog/parameters.ts';
import type { ResultLimits, RowsResult } from '../../catalog/result.ts';
import type { SessionSetting } from '../../catalog/source.ts';
import { executePacket } from './bind-values.ts';
import type { OpenConnection } from './connect.ts';
import { createPacketReader } from './packet-reader.ts';
import { MysqlServerError, preparePacket, queryPacket, quitPacket, resetPacket } from './packets.ts';
import { okReply, preparedReply, rowsReply } from './replies.ts';
import type { Reply } from './replies.ts';
import { settingStatements } from './setting-statements.ts';
import type { StatementPlan } from './statement-plan.ts';

export interface Call {
  readonly plan: StatementPlan;
  readonly values: readonly ArgumentValue[];
  readonly limits: ResultLimits;
  readonly skip_rows: number;
  readonly settings: readonly SessionSetting[];
  readonly signal: AbortSignal;
}

/** The connection ended before the answer came. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('The connection was lost', { cause });
    this.name = 'ConnectionLost';
  }
}

export class Session {
  readonly open: OpenConnection;
  readonly opened_at: number;
  /** When it became idle. */
  since: number;
  /** Takes no more calls. */
  retiring = false;
  /** Whether the statement of the present call has been sent, so that the server may have run it. */
  executed = false;
  /** Whether a result was not read to its end: the server is still sending it. */
  given_up = false;
  is_closed = false;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #replies: Reply<unknown>[] = [];
  readonly #close: () => void;

  constructor(open: OpenConnection, clock: Clock) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.open = open;
    this.opened_at = clock.monotonic();
    this.since = this.opened_at;
    this.closed = promise;
    this.#close = resolve;
    const reader = createPacketReader({
      payload: (bytes, start, end) => this.#payload(bytes, start, end),
      wanted: (length) => this.#wanted(length),
    });
    const { socket } = open;
    socket.on('data', (chunk: Buffer) => {
      try {
        if (!this.is_closed) reader.read(chunk);
      } catch (thrown) {
        this.destroy(thrown);
      }
    });
    socket.on('error', (error) => this.#lose(error));
    socket.on('close', () => this.#lose(new Error('The connection was closed')));
    socket.resume();
  }

  /** Runs a statement in a session that is clean. Rejects with a MysqlServerError or with ConnectionLost. */
  async run(call: Call): Promise<RowsResult> {
    const { plan, values } = call;
    this.executed = false;
    if (!plan.reusable || call.settings.some(({ name }) => name === 'role')) this.retiring = true;
    const prepared = preparedReply();
    const begin = beginStatements(call, this.open).map((text) => ({ packet: queryPacket(text), reply: okReply() }));
    const sent = [...begin, { packet: preparePacket(plan.text), reply: prepared }];
    this.#send(
      Buffer.concat(sent.map(({ packet }) => packet)),
      sent.map(({ reply }) => reply),
    );
    await Promise.all(sent.map(({ reply }) => reply.result));
    const { id, parameters } = await prepared.result;
    if (parameters !== values.length) {
      throw new MysqlServerError(1210, '07001', 'The server counts other placeholders in the statement');
    }
    const rows = rowsReply({
      limits: call.limits,
      skip_rows: call.skip_rows,
      may_give_up: plan.read_only,
      extended: this.open.extended,
    });
    call.signal.throwIfAborted();
    this.#send(executePacket(id, values, plan.parameters), [rows], () => (this.executed = true));
    const outcome = await rows.result;
    if (outcome.given_up) {
      this.given_up = true;
      this.retiring = true;
    }
    return outcome.rows;
  }

  /** Undoes whatever the last call left behind: variables, temporary tables, transactions, locks, settings, statements. */
  async clean(): Promise<void> {
    const packets = [resetPacket, ...this.open.setup.map((text) => queryPacket(text))];
    const replies = packets.map(() => okReply());
    this.#send(Buffer.concat(packets), replies);
    await Promise.all(replies.map(({ result }) => result));
  }

  /** Ends the connection in order. */
  quit(): void {
    this.retiring = true;
    if (this.is_closed) return;
    this.open.socket.write(quitPacket);
    this.open.socket.destroySoon();
    this.#lose(new Error('The connection was given up'));
  }

  /** Ends the connection at once: what is on it is lost. */
  destroy(cause: unknown): void {
    this.retiring = true;
    this.open.socket.destroy();
    this.#lose(cause);
  }

  #send(bytes: Buffer, replies: readonly Reply<unknown>[], onSent?: () => void): void {
    if (this.is_closed) {
      const lost = new ConnectionLost(new Error('The connection was closed before'));
      for (const reply of replies) reply.fail(lost);
      return;
    }
    this.#replies.push(...replies);
    onSent?.();
    this.open.socket.write(bytes);
  }

  #payload(bytes: Buffer, start: number, end: number): void {
    const reply = this.#replies[0];
    // A server that ends an idle connection says why before it does.
    if (reply === undefined) return this.destroy(new Error('The server spoke without being asked'));
    if (reply.payload(bytes, start, end)) this.#replies.shift();
  }

  #wanted(length: number): boolean {
    const reply = this.#replies[0];
    if (reply === undefined) return false;
    return reply.wanted(length);
  }

  #lose(cause: unknown): void {
    if (this.is_closed) return;
    this.is_closed = true;
    this.retiring = true;
    const lost = new ConnectionLost(cause);
    for (const reply of this.#replies.splice(0)) reply.fail(lost);
    this.#close();
  }
}

/** What is sent before the statement: the caller's settings, and for one that only reads, the transaction that makes it so. */
function beginStatements({ plan, settings, limits, skip_rows }: Call, { family }: OpenConnection): readonly string[] {
  if (!plan.read_only) return settingStatements(settings);
  // One row more than wanted: that it exists is how we know that the answer was cut.
  const rows = `SET sql_select_limit = ${skip_rows + limits.rows + 1}`;
  // The session's default holds where a statement ends the transaction; TiDB knows neither (statement-plan.ts).
  const read_only =
    family === 'tidb' ? ['START TRANSACTION'] : ['SET SESSION TRANSACTION READ ONLY', 'START TRANSACTION READ ONLY'];
  return [...settingStatements(settings), rows, ...read_only];
}
