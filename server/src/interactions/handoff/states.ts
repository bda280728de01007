// The states of a hand-off and which may follow which (handoff.md §2), as data. Nothing else decides that.

export const handOffStates = [
  'initial',
  'started',
  'tool-validated',
  'authenticated',
  'authorized',
  'start-tk-sent',
  'start-tk-sent-ok',
  'start-tk-sent-err',
  'start-tk-received',
  'start-tk-ok',
  'start-tk-err',
  'start-data-sent',
  'start-data-sent-ok',
  'start-data-sent-err',
  'tool-timeout-err',
  'result-tk-received',
  'result-tk-sent',
  'result-received-ok',
  'result-received-err',
  'result-saved',
  'finished-ok',
  'finished-err',
  'err',
] as const;

export type HandOffState = (typeof handOffStates)[number];

/** What may end any hand-off that has no result yet: its time, or that it is not wanted any more. */
const ended = ['tool-timeout-err', 'err'] as const;

/** The happy path is the first of each line. */
export const transitions: Readonly<Record<HandOffState, readonly HandOffState[]>> = {
  initial: ['started', ...ended],
  started: ['tool-validated', ...ended],
  'tool-validated': ['authenticated', ...ended],
  authenticated: ['authorized', ...ended],
  authorized: ['start-tk-sent', ...ended],
  'start-tk-sent': ['start-tk-sent-ok', 'start-tk-sent-err', ...ended],
  'start-tk-sent-ok': ['start-tk-received', ...ended],
  'start-tk-received': ['start-tk-ok', 'start-tk-err', ...ended],
  'start-tk-ok': ['start-data-sent', ...ended],
  'start-data-sent': ['start-data-sent-ok', 'start-data-sent-err', ...ended],
  'start-data-sent-ok': ['result-tk-received', ...ended],
  'result-tk-received': ['result-tk-sent', ...ended],
  'result-tk-sent': ['result-received-ok', 'result-received-err', ...ended],
  'result-received-ok': ['result-saved', ...ended],
  'result-saved': ['finished-ok'],
  'start-tk-sent-err': ['finished-err'],
  'start-tk-err': ['finished-err'],
  'start-data-sent-err': ['finished-err'],
  'tool-timeout-err': ['finished-err'],
  'result-received-err': ['finished-err'],
  err: ['finished-err'],
  'finished-ok': [],
  'finished-err': [],
};

export function isLegal(from: HandOffState, to: HandOffState): boolean {
  return transitions[from].includes(to);
}

/** The states after `from` up to `to`, along the happy path; undefined when it does not lead there. */
export function happyPath(from: HandOffState, to: HandOffState): readonly HandOffState[] | undefined {
  const path: HandOffState[] = [];
  for (let state = from; state !== to;) {
    const [next] = transitions[state];
    if (next === undefined || state.endsWith('-err') || state === 'err') return undefined;
    path.push(next);
    state = next;
  }
  return path;
}

/** From the moment on in which the client has the start data: then a result can come. */
const working: ReadonlySet<HandOffState> = new Set([
  'start-data-sent',
  'start-data-sent-ok',
  'result-tk-received',
  'result-tk-sent',
  'result-received-ok',
]);

export function awaitsResult(state: HandOffState): boolean {
  return working.has(state);
}

/** Why it ended without a result. */
export const endReasons = ['time', 'cancelled', 'replaced', 'token', 'transport'] as const;
export type EndReason = (typeof endReasons)[number];

export const publicStatuses = ['pending', 'running', 'succeeded', 'failed', 'expired', 'cancelled'] as const;
export type PublicStatus = (typeof publicStatuses)[number];

/** What programs see: the state says what happens inside. */
export function publicStatus(state: HandOffState, reason: EndReason | null): PublicStatus {
  if (state === 'initial') return 'pending';
  if (state === 'finished-ok') return 'succeeded';
  if (state === 'tool-timeout-err' || reason === 'time') return 'expired';
  if (reason === 'cancelled') return 'cancelled';
  return state === 'err' || state.endsWith('-err') ? 'failed' : 'running';
}
