// Which fields ask for a secret (A26).
import { describe, expect, test } from 'vitest';
import { asksForSecret } from './secret-field.ts';

describe('A26', () => {
  test.each([
    ...[
      'password',
      'userPassword',
      'user_password',
      'new-password',
      'Passphrase',
      'PIN',
      'pin_code',
      'apiKey',
      'API key',
    ],
    ...['APIKey', 'access_token', 'refreshToken', 'client.secret', 'one-time code', 'OTP', 'cvv', 'card number'],
    ...['Private key', 'verification code', 'p\u200Bassword', 'ｐａｓｓｗｏｒｄ', 'Your GitHub token (ghp_…)'],
  ])('%s asks for one', (text) => {
    expect(asksForSecret([undefined, text])).toBe(true);
  });

  test.each([
    ...[
      'city',
      'shipping',
      'pinboard',
      'tokenize',
      'secretary',
      'passenger',
      'compass',
      'postal code',
      'keyboard',
      'opinion',
    ],
    ...['passport number', 'authentic', 'e-mail', 'Key account manager'],
  ])('%s asks for none', (text) => {
    expect(asksForSecret([text])).toBe(false);
  });
});
