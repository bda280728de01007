// The table of states: connected, without a way out of what is finished, and with every failure ending in finished-err.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awaitsResult, happyPath, handOffStates, isLegal, publicStatus, transitions } from './states.ts';
import type { HandOffState } from './states.ts';

const reached = (from: HandOffState): ReadonlySet<HandOffState> => {
  const seen = new Set<HandOffState>([from]);
  for (const state of seen) for (const next of transitions[state]) seen.add(next);
  return seen;
};

describe('the table of transitions', () => {
  test('leads from initial to every state', () => {
    expect([...reached('initial')].toSorted()).toEqual([...handOffStates].toSorted());
  });

  test('leads from initial to finished-ok in the order of the names', () => {
    const path = ['initial', ...(happyPath('initial', 'finished-ok') ?? [])];
    expect(path).toEqual(handOffStates.filter((state) => state !== 'err' && !state.endsWith('-err')));
  });

  test('leads from every error to finished-err and nowhere else', () => {
    for (const state of handOffStates) {
      if (state !== 'finished-err' && (state === 'err' || state.endsWith('-err'))) {
        expect(transitions[state], state).toEqual(['finished-err']);
      }
    }
  });

  test('leads from every state to an end, and from an end nowhere', () => {
    for (const state of handOffStates) {
      const ends = [...reached(state)].filter((one) => transitions[one].length === 0);
      expect(ends.length, state).toBeGreaterThan(0);
      expect(
        ends.every((one) => one.startsWith('finished-')),
        state,
      ).toBe(true);
    }
  });

  test('never leads back', () => {
    for (const state of handOffStates) {
      for (const next of transitions[state]) expect(reached(next).has(state), `${state} → ${next}`).toBe(false);
    }
  });

  test('has no result before the client has the start data, whatever way is taken', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 30 }), (choices) => {
        let state: HandOffState = 'initial';
        let had_data = false;
        for (const choice of choices) {
          const next: HandOffState | undefined = transitions[state][choice % Math.max(1, transitions[state].length)];
          if (next === undefined) break;
          expect(isLegal(state, next)).toBe(true);
          state = next;
          had_data ||= state === 'start-data-sent';
          if (awaitsResult(state) || state === 'finished-ok') expect(had_data).toBe(true);
        }
      }),
    );
  });
});

test.each([
  ['initial', null, 'pending'],
  ['start-tk-sent', null, 'running'],
  ['start-data-sent-ok', null, 'running'],
  ['finished-ok', null, 'succeeded'],
  ['tool-timeout-err', 'time', 'expired'],
  ['finished-err', 'cancelled', 'cancelled'],
  ['finished-err', 'token', 'failed'],
  ['finished-err', 'replaced', 'failed'],
] as const)('%s (%s) is %s for programs', (state, reason, status) => {
  expect(publicStatus(state, reason)).toBe(status);
});
