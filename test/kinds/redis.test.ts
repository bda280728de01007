// The kinds `redis` on a real Redis: arguments that stay one argument, reading only, limits, lost connections.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { Arguments, Parameter } from '../../server/src/catalog/parameters.ts';
import type { Source } from '../../server/src/catalog/source.ts';
import type { RunContext } from '../../server/src/catalog/tool.ts';
import { redisSource } from '../../server/src/kinds/redis/redis-source.ts';
import { redisTool } from '../../server/src/kinds/redis/redis-tool.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { hasRedis, startRedis } from '../support/redis.ts';
import type { RedisTestServer } from '../support/redis.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { marker, parameter, refusal } from './sql-kind-contract.ts';

// Skipped: where Redis is not installed and cannot be.
describe.skipIf(!hasRedis())('redis', () => {
  const password = `${marker}-password`;
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };

  let server: RedisTestServer;
  let source: Source;

  beforeAll(async () => {
    server = await startRedis(password, [
      '--rename-command',
      'SETRANGE',
      'OVERWRITE',
      '--rename-command',
      'GETRANGE',
      'PEEK',
    ]);
    source = open();
  });
  afterAll(async () => {
    await source.close();
    await server.remove();
  });
  beforeEach(() => void server.cli('FLUSHALL'));

  function open(more: Readonly<Record<string, unknown>> = {}): Source {
    const config = redisSource.fields.parse({ address: [`127.0.0.1:${server.port}`], password, ...more });
    return redisSource.open('things', config, { log, clock: systemClock, http: closedNetwork, base_folder: '.' });
  }

  interface ToolOptions {
    readonly parameters?: readonly Parameter[];
    readonly read_only?: boolean;
    readonly on?: Source;
  }

  type Run = (args?: Arguments, ctx?: Partial<RunContext>) => Promise<readonly unknown[]>;

  function tool(
    commands: readonly (readonly string[])[],
    { parameters = [], read_only = true, on = source }: ToolOptions = {},
  ): Run {
    const run = redisTool.prepare({ commands }, { name: 'tool', parameters, read_only, source: on });
    return async (args = {}, ctx = {}) => {
      const result = await run(args, runContext(ctx));
      if (result.kind !== 'value') throw new TypeError('A redis tool answered no value');
      return result.value as readonly unknown[];
    };
  }
  const required = (name: string, type: Parameter['type']): Parameter => ({ ...parameter(name, type), required: true });
  const write = (...commands: readonly (readonly string[])[]): Run => tool(commands, { read_only: false });

  describe('arguments', () => {
    const store = (): Run =>
      tool([['SET', '$key', '$value'], ['GET', '$key'], ['DBSIZE']], {
        parameters: [required('key', 'string'), required('value', 'string')],
        read_only: false,
      });

    test.each([
      ['a b', 'c d'],
      ['key\r\nFLUSHALL\r\n', '*1\r\n$8\r\nFLUSHALL\r\n'],
      ['$value', '$key'],
      ['"quoted"', "'; FLUSHALL; --"],
      ['', '\0'],
      ['ö𝕫', '\u2028'],
      ['EX', 'NX'],
    ])('%j and %j are one argument each', async (key, value) => {
      verifies('DBT-05', 'DBT-02');
      expect(await store()({ key, value })).toEqual(['OK', value, 1]);
    });

    test('every text comes back as it was sent', async () => {
      verifies('DBT-02', 'DBT-17');
      const texts = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
      await fc.assert(
        fc.asyncProperty(texts, async (value) => {
          expect((await store()({ key: 'k', value }))[1]).toBe(value);
        }),
        { numRuns: 200 },
      );
    });

    test('a list is one argument for each of its items, and only where it is written', async () => {
      const push = tool(
        [
          ['RPUSH', 'list', '$items', '$last'],
          ['LRANGE', 'list', '0', '-1'],
        ],
        {
          parameters: [required('items', 'array'), required('last', 'integer')],
          read_only: false,
        },
      );
      expect(await push({ items: ['a b', '', '$last'], last: 9007199254740993n })).toEqual([
        4,
        ['a b', '', '$last', '9007199254740993'],
      ]);
      expect((await refusal(push({ items: ['a', null], last: 1 }))).code).toBe('arguments_invalid');
      expect(server.cli('LLEN', 'list').trim()).toBe('4');
    });
  });

  describe('replies', () => {
    test('are what the server has: maps, lists, numbers, nothing, bytes', async () => {
      verifies('DBT-05', 'DBT-17');
      await write(
        ['HSET', 'hash', 'a', '1', '__proto__', 'x'],
        ['ZADD', 'sorted', '1.5', 'one', '+inf', 'most'],
        ['SET', 'big', '9223372036854775806'],
        ['SETBIT', 'bytes', '0', '1'],
      )();
      const read = tool([
        ['HGETALL', 'hash'],
        ['ZRANGE', 'sorted', '0', '-1', 'WITHSCORES'],
        ['GET', 'absent'],
        ['MGET', 'big', 'absent'],
        ['GET', 'bytes'],
        ['TTL', 'hash'],
      ]);
      const [hash, ...others] = await read();
      expect(JSON.stringify(hash)).toBe('{"a":"1","__proto__":"x"}');
      expect(others).toEqual([
        [
          ['one', 1.5],
          ['most', 'Infinity'],
        ],
        null,
        ['9223372036854775806', null],
        { base64: 'gA==' },
        -1,
      ]);
      expect(await write(['INCR', 'big'])()).toEqual(['9223372036854775807']);
    });

    test('an error stops the commands after it and gives nothing away', async () => {
      const failing = write(['SET', marker, marker], ['LPUSH', marker, 'x'], ['SET', 'after', '1']);
      const { code, text } = await refusal(failing());
      expect(code).toBe('statement_failed');
      expect(text).toContain('SQLSTATE 42804, datatype_mismatch');
      expect(server.cli('EXISTS', 'after').trim()).toBe('0');
      expect((await refusal(tool([['GET']])())).text).toContain('42601, syntax_error');
      expect(await tool([['PING']])()).toEqual(['PONG']);
    });

    test('over the limit of bytes is an error, and memory stays as it was', async () => {
      verifies('DBT-13');
      await write(['SETBIT', 'big', '264000000', '1'])();
      await write(['EVAL', "for i = 1, 100000 do redis.call('RPUSH', KEYS[1], i) end", '1', 'long'])();
      const big = tool([['GET', 'big']]);
      const long = tool([['LRANGE', 'long', '0', '-1']]);
      await refusal(big());
      const before = process.memoryUsage.rss();
      for (let round = 0; round < 3; round += 1) {
        const limits = { rows: 10, bytes: 100_000 };
        const runs = Array.from({ length: 4 }, () => [
          refusal(big({}, { limits })),
          refusal(long({}, { limits })),
        ]).flat();
        for (const { code } of await Promise.all(runs)) expect(code).toBe('result_too_large');
      }
      expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(60);
      expect((await long())[0]).toHaveLength(100_000);
    });
  });

  describe('reading only', () => {
    // oxfmt-ignore
    test.each<readonly [readonly string[]]>([
    [['SET', 'a', 'b']], [['DEL', 'kept']], [['GETDEL', 'kept']], [['GETEX', 'kept', 'EX', '1']], [['SORT', 'kept', 'STORE', 'x']], [['EXPIRE', 'kept', '0']],
    [['EVAL', "return redis.call('DEL', 'kept')", '0']], [['EVAL_RO', "return redis.call('DEL', 'kept')", '0']],
    [['EVAL_RO', "return redis.pcall('DEL', 'kept')['err'] and redis.call('SET', 'x', 1)", '0']],
    [['OVERWRITE', 'kept', '0', 'x']], [['overwrite', 'kept', '0', 'x']],
    [['FLUSHALL']], [['CONFIG', 'SET', 'dir', '/tmp']], [['SCRIPT', 'LOAD', 'return 1']], [['FUNCTION', 'FLUSH']], [['SHUTDOWN']], [['DEBUG', 'SLEEP', '9']],
    [['REPLICAOF', 'localhost', '1']], [['MIGRATE', 'localhost', '1', 'kept', '0', '9']], [['MULTI']], [['SELECT', '1']], [['CLIENT', 'KILL', 'TYPE', 'normal']],
    [['ACL', 'SETUSER', 'x']], [['MODULE', 'LOAD', 'x']], [['SUBSCRIBE', 'x']], [['MONITOR']], [['AUTH', 'x']], [['HELLO', '2']], [['RESET']], [['QUIT']],
    [['BLPOP', 'x', '0']], [['WAIT', '1', '0']], [['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$']], [['SWAPDB', '0', '1']], [['MEMORY', 'PURGE']], [['MEMORY', 'DOCTOR']],
    [['OBJECT', 'HELP']], [['COMMAND']], [['CLUSTER', 'INFO']], [['PUBLISH', 'a', 'b']], [['RESTORE', 'x', '0', 'x']], [['NOSUCHCOMMAND']],
  ])('%j is refused', async (command) => {
    verifies('DBT-14');
    server.cli('SET', 'kept', 'here');
    expect((await refusal(tool([['PING'], command])())).code).toBe('write_refused');
    expect(server.cli('GET', 'kept').trim()).toBe('here');
    expect(server.cli('DBSIZE').trim()).toBe('1');
  });

    test('none of the commands is run when one may not be', async () => {
      server.cli('XADD', 'stream', '*', 'a', '1');
      const pop = tool(
        [
          ['SET', 'x', '1'],
          ['XREAD', '$word', '0', 'STREAMS', 'stream', '$'],
        ],
        {
          parameters: [required('word', 'string')],
          read_only: false,
        },
      );
      expect((await refusal(pop({ word: 'bLoCk' }))).text).toContain('0A000');
      expect(server.cli('EXISTS', 'x').trim()).toBe('0');
    });

    test('what the server calls reading may be read, whatever its name', async () => {
      verifies('DBT-05');
      server.cli('SET', 'kept', 'here');
      const read = tool(
        [
          ['PEEK', 'kept', '0', '1'],
          ['OBJECT', 'ENCODING', 'kept'],
          ['EVAL_RO', 'return {KEYS[1], ARGV[1]}', '1', '$key', '$arg'],
        ],
        {
          parameters: [required('key', 'string'), required('arg', 'string')],
        },
      );
      expect(await read({ key: "'] .. x", arg: 'y' })).toEqual(['he', 'embstr', ["'] .. x", 'y']]);
    });

    test.each([['FLUSHDB'], ['CONFIG', 'GET', '*'], ['SELECT', '1'], ['BRPOP', 'x', '0']])(
      '%s is no command of a writing tool either',
      async (...command) => {
        expect((await refusal(write(command)())).text).toContain('0A000');
      },
    );
  });

  describe('connections', () => {
    test('an account of the server is the third wall', async () => {
      server.cli('ACL', 'SETUSER', 'reader', 'on', `>${password}`, '~open:*', '+@read', '+hello');
      const reader = open({ username: 'reader' });
      expect(await tool([['GET', 'open:1']], { on: reader })()).toEqual([null]);
      expect((await refusal(tool([['GET', 'closed']], { on: reader })())).text).toContain('insufficient_privilege');
      expect((await refusal(tool([['SET', 'open:1', 'x']], { on: reader, read_only: false })())).code).toBe(
        'statement_failed',
      );
      await reader.close();
    });

    test('the database is chosen, or the source cannot be used', async () => {
      const third = open({ database: 3 });
      await tool([['SET', 'here', '1']], { on: third, read_only: false })();
      expect(server.cli('-n', '3', 'EXISTS', 'here').trim()).toBe('1');
      await third.close();
      for (const wrong of [
        { database: 99 },
        { password: `${marker}-wrong` },
        { address: '127.0.0.1:1' },
        { ssl: true },
      ]) {
        const unusable = open(wrong);
        expect((await refusal(tool([['PING']], { on: unusable })())).code).toBe('source_unavailable');
        expect((await refusal(unusable.probe(new AbortController().signal))).code).toBe('source_unavailable');
        await unusable.close();
      }
    });

    test('many calls get their own answers, few connections serve them', async () => {
      verifies('DBT-15');
      const echo = tool([['ECHO', '$text']], { parameters: [required('text', 'string')] });
      const answers = await Promise.all(
        Array.from({ length: 500 }, async (_, index) => {
          if (index % 7 !== 0) return (await echo({ text: `${index}` }))[0];
          const controller = new AbortController();
          setImmediate(() => controller.abort(new ToolcribError('call_cancelled')));
          return echo({ text: `${index}` }, { signal: controller.signal }).then(
            ([text]) => text,
            () => `${index}`,
          );
        }),
      );
      expect(answers).toEqual(answers.map((_, index) => `${index}`));
      expect(Number(/connected_clients:(\d+)/.exec(server.cli('INFO', 'clients'))?.[1])).toBeLessThanOrEqual(9);
    });

    test('a cancelled call ends at once', async () => {
      const spin = write([
        'EVAL',
        "local t = redis.call('TIME') local e = t[1] * 1000 + t[2] / 1000 + 700 repeat t = redis.call('TIME') until t[1] * 1000 + t[2] / 1000 > e",
        '0',
      ]);
      const reason = new ToolcribError('call_timed_out', { params: { timeout_ms: 100 } });
      const started = performance.now();
      const controller = new AbortController();
      const run = spin({}, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 100);
      await expect(run).rejects.toBe(reason);
      expect(performance.now() - started).toBeLessThan(600);
      expect(await tool([['PING']])()).toEqual(['PONG']);
      const never = write(['SET', 'never', '1']);
      await expect(never({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(server.cli('EXISTS', 'never').trim()).toBe('0');
    });

    test('a restart is not noticed by calls that read', async () => {
      const ping = tool([['PING']]);
      await Promise.all(Array.from({ length: 20 }, () => ping()));
      await server.stop();
      expect((await refusal(ping())).code).toBe('source_unavailable');
      await server.start();
      await expect.poll(() => ping().catch(() => 'down')).toEqual(['PONG']);
      await Promise.all(Array.from({ length: 20 }, () => ping()));
      server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => ping())))
        expect(answer).toEqual(['PONG']);
    });

    test('finishes what it has begun when it is closed, and takes nothing more', async () => {
      const closing = open();
      const running = tool([['PING']], { on: closing })();
      const closed = Promise.all([closing.close(), closing.close()]);
      expect((await refusal(tool([['PING']], { on: closing })())).code).toBe('source_unavailable');
      expect(await running).toEqual(['PONG']);
      await closed;
    });
  });

  test('the fields of the toolbox load, and those that cannot be served are faults', () => {
    const parse = (more: object): boolean =>
      redisSource.fields.safeParse({ address: ['localhost:6379'], ...more }).success;
    expect(
      parse({
        username: 'a',
        password: 'b',
        database: 1,
        tlsEnabled: true,
        clusterEnabled: false,
        useGCPIAM: false,
        disableCache: true,
      }),
    ).toBe(true);
    expect([
      parse({ clusterEnabled: true }),
      parse({ useGCPIAM: true }),
      parse({ address: [] }),
      parse({ host: 'both' }),
    ]).toEqual([false, false, false, false]);
    expect(
      redisTool.fields.safeParse({
        commands: [
          ['SETEX', 'key', 10, '$value'],
          ['SET', 'flag', true],
        ],
      }),
    ).toMatchObject({
      data: {
        commands: [
          ['SETEX', 'key', '10', '$value'],
          ['SET', 'flag', 'true'],
        ],
      },
    });
  });
});
