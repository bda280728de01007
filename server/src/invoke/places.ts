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
  enter(tenant_id: string, tool: Tool, caller?: Caller): Leave | Promise<Leave>;
}

export type Leave = () => void;

/** Whoever may go away while waiting. A signal costs to make: it is asked for only when there is a wait. */
export type Caller = Pick<AbortController, 'signal'>;

interface TenantPlaces {
  readonly gate: Gate;
  readonly tools: Map<string, Gate>;
}

/** A bound on how many are inside at once, with those who wait in the order in which they came. */
interface Gate {
  readonly limit: number;
  /** What it bounds, as an error names it. */
  readonly scope: string;
  running: number;
  readonly waiting: Set<() => void>;
}

/** Whose call it is: a tenant, and one of its tools. */
interface Entry {
  readonly tenant_id: string;
  readonly tenant: TenantPlaces;
  readonly tool_name: string;
  readonly gate: Gate;
}

/** A queue of more than the places themselves this often over cannot be served in time. */
const queue_per_place = 4;

/** `wait_ms`: how long a call waits for a place. */
export function createPlaces(options: { readonly tenant_concurrency: number; readonly wait_ms: number }): Places {
  const tenants = new Map<string, TenantPlaces>();

  function entryOf(tenant_id: string, { name, concurrency }: Tool): Entry {
    let tenant = tenants.get(tenant_id);
    if (tenant === undefined) {
      tenant = { gate: newGate(options.tenant_concurrency, 'this tenant'), tools: new Map() };
      tenants.set(tenant_id, tenant);
    }
    let gate = tenant.tools.get(name);
    if (gate === undefined) tenant.tools.set(name, (gate = newGate(concurrency, `the tool "${name}"`)));
    return { tenant_id, tenant, tool_name: name, gate };
  }

  function enter(tenant_id: string, tool: Tool, caller?: Caller): Leave | Promise<Leave> {
    const entry = entryOf(tenant_id, tool);
    // The tool's place first: a call that waits for its own tool holds nothing of its tenant's.
    if (take(entry.gate)) {
      if (take(entry.tenant.gate)) return () => leave(entry);
      entry.gate.running -= 1;
    }
    return wait(entry, caller?.signal);
  }

  async function wait(entry: Entry, caller: AbortSignal | undefined): Promise<Leave> {
    const until = AbortSignal.timeout(options.wait_ms);
    const ends = caller === undefined ? until : AbortSignal.any([caller, until]);
    await place(entry.gate, ends, caller);
    try {
      await place(entry.tenant.gate, ends, caller);
    } catch (thrown) {
      giveBack(entry.gate);
      throw thrown;
    }
    return () => leave(entry);
  }

  /** Forgets a tool and a tenant of which nothing runs or waits: memory follows the calls, not the tenants. */
  function leave({ tenant_id, tenant, tool_name, gate }: Entry): void {
    giveBack(gate);
    giveBack(tenant.gate);
    if (idle(gate) && tenant.tools.get(tool_name) === gate) tenant.tools.delete(tool_name);
    if (idle(tenant.gate) && tenant.tools.size === 0 && tenants.get(tenant_id) === tenant) tenants.delete(tenant_id);
  }

  return { enter };
}

function newGate(limit: number, scope: string): Gate {
  return { limit, scope, running: 0, waiting: new Set() };
}

function idle(gate: Gate): boolean {
  return gate.running === 0 && gate.waiting.size === 0;
}

function take(gate: Gate): boolean {
  if (gate.running >= gate.limit || gate.waiting.size > 0) return false;
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

/** Waits for a place until `ends` aborts: the caller went away, or the time is over. */
function place(gate: Gate, ends: AbortSignal, caller: AbortSignal | undefined): Promise<void> | undefined {
  if (take(gate)) return undefined;
  if (gate.waiting.size >= gate.limit * queue_per_place) throw limited(gate);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      gate.waiting.delete(goIn);
      reject(caller?.aborted === true ? (caller.reason as unknown) : limited(gate));
    };
    const goIn = (): void => {
      ends.removeEventListener('abort', giveUp);
      resolve();
    };
    if (ends.aborted) giveUp();
    else {
      gate.waiting.add(goIn);
      ends.addEventListener('abort', giveUp, { once: true });
    }
  });
}

function limited({ scope }: Gate): ToolcribError {
  const retry_after_s = Math.ceil(limits.concurrency_wait_ms / 1_000);
  return new ToolcribError('calls_limited', { params: { scope, retry_after_s }, retry_after_s });
}
