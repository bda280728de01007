// Bounds how many calls run at once: per tenant, and per tool within a tenant, so that no tenant's or tool's calls
// take the places of another's (DBT-15). Who finds no place waits its turn for a bounded time.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Tool } from '../catalog/tool.ts';

export interface Places {
  /**
   * Takes a place for one call. Returns the function that gives it back (call it once), as a promise only when the
   * call had to wait. Throws or rejects with `calls_limited` when none comes free in time, and with the signal's
   * reason when the caller goes away first.
   */
  enter(tenant_id: string, tool: Tool, signal?: AbortSignal): Leave | Promise<Leave>;
}

export type Leave = () => void;

interface TenantPlaces {
  readonly gate: Gate;
  readonly tools: Map<string, Gate>;
}

interface Gate {
  running: number;
  readonly waiting: Set<() => void>;
}

/** `wait_ms`: how long a call waits for a place. */
export function createPlaces(options: { readonly tenant_concurrency: number; readonly wait_ms: number }): Places {
  const tenants = new Map<string, TenantPlaces>();

  function enter(tenant_id: string, tool: Tool, signal?: AbortSignal): Leave | Promise<Leave> {
    let tenant = tenants.get(tenant_id);
    if (tenant === undefined) tenants.set(tenant_id, (tenant = { gate: newGate(), tools: new Map() }));
    let gate = tenant.tools.get(tool.name);
    if (gate === undefined) tenant.tools.set(tool.name, (gate = newGate()));
    // The tool's place first: a call that waits for its own tool holds nothing of its tenant's.
    if (take(gate, tool.concurrency)) {
      if (take(tenant.gate, options.tenant_concurrency)) return leaveBoth(tenant_id, tenant, tool.name, gate);
      gate.running -= 1;
    }
    return wait(tenant_id, tenant, tool, gate, signal);
  }

  async function wait(
    tenant_id: string,
    tenant: TenantPlaces,
    tool: Tool,
    gate: Gate,
    signal: AbortSignal | undefined,
  ): Promise<Leave> {
    const until = AbortSignal.timeout(options.wait_ms);
    const either = signal === undefined ? until : AbortSignal.any([signal, until]);
    await place(gate, tool.concurrency, either, signal, `the tool "${tool.name}"`);
    try {
      await place(tenant.gate, options.tenant_concurrency, either, signal, 'this tenant');
    } catch (thrown) {
      giveBack(gate);
      throw thrown;
    }
    return leaveBoth(tenant_id, tenant, tool.name, gate);
  }

  function leaveBoth(tenant_id: string, tenant: TenantPlaces, tool_name: string, gate: Gate): Leave {
    return () => {
      giveBack(gate);
      giveBack(tenant.gate);
      if (idle(gate) && tenant.tools.get(tool_name) === gate) tenant.tools.delete(tool_name);
      if (idle(tenant.gate) && tenant.tools.size === 0 && tenants.get(tenant_id) === tenant) tenants.delete(tenant_id);
    };
  }

  return { enter };
}

function newGate(): Gate {
  return { running: 0, waiting: new Set() };
}

function idle(gate: Gate): boolean {
  return gate.running === 0 && gate.waiting.size === 0;
}

function take(gate: Gate, limit: number): boolean {
  if (gate.running >= limit || gate.waiting.size > 0) return false;
  gate.running += 1;
  return true;
}

/** Hands the place to the one who waits longest, else frees it. */
function giveBack(gate: Gate): void {
  const [next] = gate.waiting;
  if (next === undefined) gate.running -= 1;
  else {
    gate.waiting.delete(next);
    next();
  }
}

function place(
  gate: Gate,
  limit: number,
  either: AbortSignal,
  caller: AbortSignal | undefined,
  scope: string,
): Promise<void> | undefined {
  if (take(gate, limit)) return undefined;
  // A queue of more than the places themselves four times over cannot be served in time: say so at once.
  if (gate.waiting.size >= limit * 4) throw limited(scope);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      gate.waiting.delete(enterNow);
      reject(caller?.aborted === true ? (caller.reason as unknown) : limited(scope));
    };
    const enterNow = (): void => {
      either.removeEventListener('abort', giveUp);
      resolve();
    };
    if (either.aborted) giveUp();
    else {
      gate.waiting.add(enterNow);
      either.addEventListener('abort', giveUp, { once: true });
    }
  });
}

function limited(scope: string): ToolcribError {
  const retry_after_s = Math.ceil(limits.concurrency_wait_ms / 1_000);
  return new ToolcribError('calls_limited', { params: { scope, retry_after_s }, retry_after_s });
}
