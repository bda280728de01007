// The tools that a source of the type `openapi` brings: one for every chosen operation, always the same ones for the same
// document.
import { setImmediate } from 'node:timers/promises';
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { BringAt, Brought, BroughtTool } from '../../catalog/brought.ts';
import { baseOf } from './base-url.ts';
import { callOperation } from './call-operation.ts';
import { chooseOperations, listOperations } from './list-operations.ts';
import type { WrittenOperation } from './list-operations.ts';
import { NotUsable } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import type { OpenApiConfig } from './openapi-config.ts';
import { planOperation } from './plan-operation.ts';
import type { PlannedOperation } from './plan-operation.ts';
import { fittingAccounts } from './plan-security.ts';

/** A few milliseconds of work. */
const operations_at_once = 10;

export async function bringOperations(document: OpenApiDocument, config: OpenApiConfig, at: BringAt): Promise<Brought> {
  const base = baseOf(document, config);
  if ('fault' in base) return { tools: [], faults: [base.fault] };
  const { operations, faults } = chooseOperations(listOperations(document), config.operations);
  const told: Fault[] = [...faults];
  const tell = ({ key }: WrittenOperation, problem: string): void => void told.push(leftOut(key, problem));
  const names = new Set<string>();
  const toolsOf = (operation: WrittenOperation): readonly BroughtTool[] => {
    try {
      const accounted = withAccounts(planOperation(document, operation, { checks_answers: config.check_answers }), at);
      if (accounted === undefined) {
        tell(operation, 'has security schemes that none of the accounts of the source fits');
        return [];
      }
      const name = toolName(operation, config.prefix, names);
      return [toBrought(accounted, { name, base: base.url, config, at })];
    } catch (thrown) {
      if (!(thrown instanceof NotUsable)) throw thrown;
      tell(operation, thrown.message);
      return [];
    }
  };
  const tools: BroughtTool[] = [];
  for (const [index, operation] of operations.entries()) {
    // Others have their turn meanwhile.
    if (index % operations_at_once === 0) await setImmediate();
    tools.push(...toolsOf(operation));
  }
  return { tools, faults: told };
}

export function leftOut(key: string, problem: string): Fault {
  return { path: 'document', message: `${key.slice(0, limits.path_characters)} is left out: it ${problem}` };
}

/** With the accounts that fit it; undefined when none does. An operation for anybody needs none. */
function withAccounts(planned: PlannedOperation, { need }: BringAt): Accounted | undefined {
  if (need === undefined) return { planned, need: undefined };
  const { security } = planned;
  const fitting = fittingAccounts(security, need);
  if (fitting === undefined) return security.is_open ? { planned, need: 'none' } : undefined;
  return { planned: { ...planned, security: { ...security, ways: fitting.ways } }, need: fitting.need };
}

interface Accounted {
  readonly planned: PlannedOperation;
  readonly need: BroughtTool['credential_need'];
}

interface Bringing {
  readonly name: string;
  readonly base: URL;
  readonly config: OpenApiConfig;
  readonly at: BringAt;
}

function toBrought({ planned, need }: Accounted, { name, base, config, at }: Bringing): BroughtTool {
  const { headers, timeout_ms } = config;
  const { operation, parameters, body, accept, security, definition } = planned;
  const forms = parameters.map(({ schema: _schema, ...form }) => form);
  return {
    definition: {
      ...definition,
      name,
      timeout_ms,
      revision: {
        key: operation.key,
        base: base.href,
        forms,
        accept,
        ways: security.ways,
        body: body?.media_type ?? null,
      },
    },
    ...(need === undefined ? {} : { credential_need: need }),
    prepare: () => callOperation(planned, { tool: name, source: at.name, base, headers, timeout_ms }),
  };
}

/** From the operation's id, else from method and path; the same name again gets a number, in the order of the document. */
export function toolName(
  { id, method, path }: Pick<WrittenOperation, 'id' | 'method' | 'path'>,
  prefix: string,
  taken: Set<string>,
): string {
  const written = id ?? `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '')}`;
  const cleaned = written.replaceAll(/[^A-Za-z0-9_-]+/g, '_').replaceAll(/^_+|_+$/g, '');
  const plain = `${prefix}${cleaned === '' ? method.toLowerCase() : cleaned}`.slice(0, limits.openapi_name_characters);
  let name = plain;
  for (let number = 2; taken.has(name); number += 1) name = `${plain}_${number}`;
  taken.add(name);
  return name;
}
