import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../catalog/parameters.ts';
import { checkCommands } from './check-commands.ts';
import { refusedCommands, writingCommands } from './redis-commands.ts';

const named = (...names: readonly string[]): readonly Parameter[] =>
  names.map((name) => ({ name, type: 'string', description: name, required: true }));
const messages = (
  commands: readonly (readonly string[])[],
  parameters = named(),
  read_only = true,
): readonly string[] =>
  checkCommands(commands, parameters, read_only).map(({ path, message }) => `${path}: ${message}`);

test('finds nothing where commands and parameters agree', () => {
  expect(
    messages(
      [
        ['GET', '$key'],
        ['hgetall', 'user:1'],
      ],
      named('key'),
    ),
  ).toEqual([]);
  expect(messages([['SET', '$key', '$value', 'EX', '10']], named('key', 'value'), false)).toEqual([]);
  expect(messages([['EVAL_RO', 'return 1', '1', '$key']], named('key'))).toEqual([]);
  expect(messages([['JSON.GET', 'doc', '$.a', '$']])).toEqual([]);
});

describe('commands that no tool runs', () => {
  test.each([...refusedCommands])('%s', (command) => {
    for (const read_only of [true, false]) {
      expect(messages([[command.toUpperCase()]], [], read_only)).toEqual([
        `commands[0][0]: No tool runs ${command.toUpperCase()}`,
      ]);
    }
  });
});

test.each([...writingCommands])('%s writes', (command) => {
  expect(messages([['PING'], [command, 'x']])).toContain(
    `commands[1][0]: A read-only tool cannot run ${command.toUpperCase()}`,
  );
  expect(messages([[command, 'x']], [], false)).toEqual([]);
});

test('what a command does is never an argument', () => {
  expect(messages([['$command', 'key']], named('command'))).toContain('commands[0][0]: Not the name of a command');
  expect(messages([['CONFIG GET', 'x']])).toContain('commands[0][0]: Not the name of a command');
  expect(messages([['OBJECT', '$what', 'key']], named('what'))).toContain(
    'commands[0][1]: A parameter cannot say what a command does',
  );
  for (const command of ['EVAL', 'evalsha', 'FCALL', 'EVAL_RO', 'FCALL_RO']) {
    expect(messages([[command, '$script', '0']], named('script'), false)).toContain(
      'commands[0][1]: A parameter cannot be a script',
    );
  }
  expect(messages([['XREAD', 'COUNT', '1', 'block', '0', 'STREAMS', 's', '0']])).toEqual([
    'commands[0]: A tool cannot wait for data',
  ]);
  expect(messages([['XREAD', 'STREAMS', 'block', '0']])).toEqual([]);
});

test('names placeholders without parameter, and parameters that cannot be used', () => {
  expect(checkCommands([['GET', '$keys']], named('key'), true)).toEqual([
    {
      path: 'commands[0][1]',
      message: 'The placeholder $keys has no parameter',
      hint: 'There are $key. Add it, or correct the name.',
    },
    expect.objectContaining({ path: 'parameters[0]', message: 'No command uses the parameter "key"' }),
  ]);
  const odd: readonly Parameter[] = [
    { name: 'a', type: 'string', description: 'a', required: false },
    { name: 'b', type: 'map', description: 'b', required: true },
  ];
  expect(messages([['MGET', '$a', '$b']], odd)).toEqual([
    'parameters[0]: Redis has no null: an optional parameter needs a default',
    'parameters[1].type: Redis has no arguments of this type',
  ]);
});
