import { describe, expect, test } from 'vitest';
import { runContext } from '../../../test/support/run-context.ts';
import { verifies } from '../../../test/support/verifies.ts';
import { createLog } from '../base/log.ts';
import { CallerSources } from './caller-sources.ts';
import type { Source } from './source.ts';
import type { RunTool } from './tool.ts';

interface Opened extends Source {
  readonly user: string;
}

/** Sources that remember who opened them, and a tool that answers with it. */
function start(max_accounts = 2) {
  const open: string[] = [];
  const sources = new CallerSources({
    name: 'books',
    log: createLog({ level: 'silent' }),
    max_accounts,
    isRefused: (thrown) => thrown instanceof Error && thrown.message === 'refused',
    open: ({ user = '' }): Opened => {
      open.push(user);
      return {
        type: 'test',
        user,
        probe: () => Promise.resolve(),
        close: async () => void open.splice(open.indexOf(user), 1),
      };
    },
  });
  const gate: { wait: Promise<void> } = { wait: Promise.resolve() };
  const tool = sources.tool((source): RunTool => async () => {
    await gate.wait;
    return { kind: 'value', value: (source as Opened).user };
  });
  const call = (id: string, version = '1') =>
    tool({}, runContext({ credential: { id, version, account: { user: `${id}${version}` } } }));
  return { open, sources, tool, call, gate };
}

describe('a source that every caller opens', () => {
  test('is opened with the account of the caller, once', async () => {
    verifies('DBT-16');
    const { open, call } = start();
    expect(await call('ada')).toEqual({ kind: 'value', value: 'ada1' });
    expect(await call('bob')).toEqual({ kind: 'value', value: 'bob1' });
    expect(await call('ada')).toEqual({ kind: 'value', value: 'ada1' });
    expect(open).toEqual(['ada1', 'bob1']);
  });

  test('is refused to a caller without an account', async () => {
    verifies('DBT-16');
    const { tool, open } = start();
    await expect(tool({}, runContext())).rejects.toThrow(TypeError);
    expect(open).toEqual([]);
  });

  test('is closed when its account has changed, or another needs the room', async () => {
    const { open, call } = start();
    await call('ada');
    await call('bob');
    await call('ada', '2');
    expect(open).toEqual(['bob1', 'ada2']);
    await call('bob');
    await call('cem');
    expect(open).toEqual(['bob1', 'cem1']);
  });

  test('keeps the connections of running calls: the next account has to wait', async () => {
    const { open, call, gate } = start();
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.wait = promise;
    const running = [call('ada'), call('bob')];
    await expect(call('cem')).rejects.toMatchObject({ code: 'calls_limited', retryable: true });
    resolve();
    await Promise.all(running);
    expect(await call('cem')).toEqual({ kind: 'value', value: 'cem1' });
    expect(open).toEqual(['bob1', 'cem1']);
  });

  test('is closed with everything, and opened no more', async () => {
    const { open, call, sources } = start();
    await call('ada');
    await sources.close();
    expect(open).toEqual([]);
    await expect(call('ada')).rejects.toMatchObject({ code: 'source_unavailable' });
  });
});
