// The step *resolve*: whose account does the call use? When that needs a person, the call pauses: it ends with a link, and
// the same call goes on afterwards.
import { hash } from 'node:crypto';
import type { InteractionOffer, Plan } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import { canonicalJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Tool } from '../catalog/tool.ts';
import type { CallerCredential } from '../credentials/credential.ts';
import type { InteractionDetails } from '../interactions/interaction.ts';
import { requirePermission } from './find.ts';
import { known } from './known.ts';
import type { CorridorDeps, Walk } from './walk.ts';

/** Costs nothing for a tool that needs no account. */
export function resolveCredential(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  const tool = known(walk.tool);
  if (tool.credential_need === undefined) {
    walk.rule = 'nothing_needed';
    return undefined;
  }
  const principal = known(walk.principal);
  requirePermission(principal, 'credentials.use');
  const plan = deps.credentials.plan(principal, tool);
  return plan instanceof Promise ? plan.then((read) => follow(walk, deps, read)) : follow(walk, deps, plan);
}

function follow(walk: Walk, deps: CorridorDeps, plan: Plan): void | Promise<void> {
  walk.rule = plan.rule;
  walk.credential_used = plan.credential;
  if (plan.decision === 'choose' || plan.decision === 'connect') return pause(walk, deps, plan);
  if (plan.credential === undefined) return undefined;
  const opened = open(walk, deps, plan.credential.id);
  if (opened instanceof Promise) return opened.then((credential) => void (walk.credential = credential));
  walk.credential = opened;
}

function open(walk: Walk, deps: CorridorDeps, id: string): CallerCredential | Promise<CallerCredential> {
  try {
    const opened = deps.credentials.open(known(walk.principal), id);
    return opened instanceof Promise ? opened.catch((thrown: unknown) => rethrow(walk, thrown)) : opened;
  } catch (thrown) {
    return rethrow(walk, thrown);
  }
}

function rethrow(walk: Walk, thrown: unknown): never {
  throw namedRefusal(walk, thrown);
}

/** A refusal with the name of the account: whoever notices it does not know what its owner calls it. */
export function namedRefusal(walk: Walk, thrown: unknown): unknown {
  const is_refusal = thrown instanceof ToolcribError && thrown.code === 'credential_refused';
  if (!is_refusal || walk.credential_used === undefined) return thrown;
  const { name } = walk.credential_used;
  return new ToolcribError('credential_refused', { params: { credential: name }, cause: thrown.cause });
}

async function pause(walk: Walk, deps: CorridorDeps, plan: Plan): Promise<never> {
  const tool = known(walk.tool);
  const details = detailsOf(plan, tool);
  const again = plan.decision === 'connect' ? (plan.connect_again?.id ?? null) : null;
  const interaction = await deps.interactions.pause(known(walk.principal), {
    subject: {
      kind: plan.decision === 'choose' ? 'choose' : 'connect',
      tool: tool.name,
      tool_version: tool.version,
      // Not of the arguments: another set of candidates is another question.
      arguments_digest: hash('sha256', canonicalJson(details)),
      credential_id: again,
    },
    details,
    call_id: walk.call_id,
    host: walk.request.host,
  });
  throw pausedBy(interaction, plan, tool);
}

function detailsOf({ decision, candidates, connect = [] }: Plan, { credential_need }: Tool): InteractionDetails {
  if (decision === 'connect') return { kind: 'connect', systems: connect, scopes: credential_need?.scopes ?? [] };
  const usable = candidates.filter((one) => one.usable).map(({ id }) => id);
  return { kind: 'choose', candidates: usable.slice(0, limits.credential_candidates) };
}

function pausedBy(interaction: InteractionOffer, { decision }: Plan, { name: tool, credential_need }: Tool) {
  const { url } = interaction;
  if (decision === 'choose') return new ToolcribError('choice_required', { params: { tool, url }, interaction });
  const systems = credential_need?.systems.join(' or ') ?? '';
  return new ToolcribError('connect_required', { params: { tool, systems, url }, interaction });
}
