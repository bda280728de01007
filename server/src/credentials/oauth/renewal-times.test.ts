// When tokens are renewed.
import { describe, expect, test } from 'vitest';
import { isDue, isGood, isNew, pauseAfterFailure } from './renewal-times.ts';

const minute = 60_000;

describe('a token', () => {
  test.each([
    ['of an hour is due a minute before its end', 60 * minute, 59 * minute],
    ['of a minute is due at half of its life', minute, minute / 2],
    ['of two seconds is due at half of its life', 2_000, 1_000],
  ])('%s', (_what, life, due) => {
    const times = { expires_at: life, saved_at: 0 };
    expect(isDue(times, due - 1)).toBe(false);
    expect(isDue(times, due)).toBe(true);
    expect(isGood(times, life - 1)).toBe(true);
    expect(isGood(times, life)).toBe(false);
  });

  test('without an end is never due', () => {
    const times = { expires_at: null, saved_at: 0 };
    expect(isDue(times, Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(isGood(times, Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(pauseAfterFailure(times, minute)).toBe(1_000);
  });

  test('whose credential was changed after its end is due', () => {
    expect(isDue({ expires_at: minute, saved_at: 2 * minute }, 2 * minute)).toBe(true);
  });

  test('is new for half a minute, or half of a short life', () => {
    expect(isNew({ expires_at: null, saved_at: 0 }, 29_999)).toBe(true);
    expect(isNew({ expires_at: null, saved_at: 0 }, 30_000)).toBe(false);
    expect(isNew({ expires_at: 10_000, saved_at: 0 }, 5_000)).toBe(false);
  });
});

test('the pauses after failures double until they are a minute', () => {
  const times = { expires_at: 60 * minute, saved_at: 0 };
  const due = 59 * minute;
  expect([0, 1_000, 2_000, 4_000, 30_000, 90_000].map((late) => pauseAfterFailure(times, due + late))).toEqual([
    1_000, 1_000, 2_000, 4_000, 30_000, 60_000,
  ]);
});
