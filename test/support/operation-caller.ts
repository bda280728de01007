// Calls an operation of the REST surface and holds the answer against the operation's own schema and list of errors.
import { expect } from 'vitest';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import type { Answer, TestServer } from './test-server.ts';

export type CallOperation = (
  id: string,
  path: string,
  options?: Parameters<TestServer['request']>[2],
) => Promise<Answer>;

/** `call('createKey', '/v1/keys', { body })`: a test of test/rest finds the ids that are called like this. */
export function operationCaller(toolcrib: () => TestServer): CallOperation {
  return async (id, path, options = {}) => {
    const operation = operations.find((one) => one.id === id);
    if (operation === undefined) throw new Error(`There is no operation ${id}`);
    const answer = await toolcrib().request(operation.method, path, options);
    const output: unknown = operation.media_type === undefined ? answer.body : answer.text;
    if (answer.status < 400) expect(operation.output.safeParse(output).error?.issues ?? []).toEqual([]);
    else expect(answer.body.error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    return answer;
  };
}
