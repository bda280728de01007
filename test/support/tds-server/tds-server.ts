// A small server that speaks TDS 7.4, because no SQL Server can be had for the tests. It understands no SQL: a test says
// what it answers, and sees what the driver sent. That it speaks the protocol is shown by two clients that are not ours,
// tedious and FreeTDS (test/kinds/mssql-wire.test.ts).
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Login } from './requests.ts';
import { TdsSession } from './tds-session.ts';
import type { AnswerCall, TdsCall } from './tds-session.ts';
import { doneBatch } from './tokens.ts';
import type { ServerError } from './tokens.ts';
import type { Certificate } from './wrapped-tls.ts';

export interface TdsServerOptions {
  readonly answer: AnswerCall;
  readonly refuse?: (login: Login) => ServerError | undefined;
  readonly certificate?: Certificate;
  /** TLS before the first packet (TDS 8). */
  readonly strict?: boolean;
}

export interface TdsServer {
  readonly port: number;
  /** Every login since the start. */
  readonly logins: readonly Login[];
  /** Every request since the start, what the driver sends by itself included. */
  readonly calls: readonly TdsCall[];
  attentions(): number;
  /** Connections that are open now. */
  sessions(): number;
  /** Requests that are being answered now. */
  running(): number;
  /** Ends every connection, as a restart of the server does. */
  disconnect(): void;
  close(): Promise<void>;
}

export async function startTdsServer(options: TdsServerOptions): Promise<TdsServer> {
  const { certificate, strict = false } = options;
  const sessions = new Set<TdsSession>();
  const logins: Login[] = [];
  const calls: TdsCall[] = [];
  let attentions = 0;
  let created = 0;
  const open = (stream: Duplex): void => {
    created += 1;
    const session = new TdsSession(created, stream, {
      answer: (call) => (isSetUp(call) ? [doneBatch()] : options.answer(call)),
      refuse: options.refuse ?? (() => undefined),
      certificate,
      strict,
      onLogin: (login) => logins.push(login),
      onCall: (call) => calls.push(call),
      onAttention: () => (attentions += 1),
    });
    sessions.add(session);
    stream.on('close', () => sessions.delete(session));
  };
  const server =
    strict && certificate !== undefined
      ? createTlsServer({ ...certificate, ALPNProtocols: ['tds/8.0'], noDelay: true }, open)
      : createServer({ noDelay: true }, open);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const disconnect = (): void => {
    for (const session of sessions) session.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    logins,
    calls,
    attentions: () => attentions,
    sessions: () => sessions.size,
    running: () => Array.from(sessions).filter(({ running }) => running !== undefined).length,
    disconnect,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      disconnect();
      await closed;
    },
  };
}

/** What clients send by themselves after the login and at a reset. */
function isSetUp({ procedure, text }: TdsCall): boolean {
  return procedure === undefined && /^(?:\s*set [^;\n]*;?\s*)*$/i.test(text);
}
