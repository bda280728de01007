// What is believed of a grant that was to be ended.
import { describe, expect, it } from 'vitest';
import { judge } from './end-at-provider.ts';
import type { Findings } from './end-at-provider.ts';

const findings = (more: Partial<Findings>): Findings => ({
  ...{ asked: 'asked', alive: false, refused: undefined, has_refresh_token: true },
  ...more,
});

describe('judge', () => {
  it.each([
    ['asked, and both tokens are refused', { refused: true }, 'dead'],
    [
      'asked, the refresh token is refused, and the access token cannot be asked about',
      { alive: undefined, refused: true },
      'dead',
    ],
    ['asked, and the access token is refused', {}, 'dead'],
    ['asked, and the access token is taken', { alive: true }, 'alive'],
    ['asked, and the refresh token still gives access', { refused: false }, 'alive'],
    ['asked, and nothing could be found out', { alive: undefined }, 'unknown'],
    ['cannot be asked, and the access token is taken', { asked: 'impossible', alive: true }, 'alive'],
    ['cannot be asked, and only the access token has ended', { asked: 'impossible' }, 'unknown'],
    [
      'cannot be asked, and there is no more than a dead access token',
      { asked: 'impossible', has_refresh_token: false },
      'dead',
    ],
    ['was refused, and only the access token has ended', { asked: 'refused' }, 'unknown'],
  ] as const)('%s', (_what, more, outcome) => {
    expect(judge(findings(more))).toEqual({ outcome, again: false });
  });

  it('asks again where the provider was away, unless the grant is dead anyway', () => {
    expect(judge(findings({ asked: 'unreachable', alive: undefined }))).toEqual({ outcome: 'unknown', again: true });
    expect(judge(findings({ asked: 'unreachable', alive: true }))).toEqual({ outcome: 'alive', again: true });
    expect(judge(findings({ asked: 'unreachable', has_refresh_token: false }))).toEqual({
      outcome: 'dead',
      again: false,
    });
  });
});
