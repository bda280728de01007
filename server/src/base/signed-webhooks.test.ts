// The example of the Standard Webhooks libraries, and what is not accepted.
import { expect, test } from 'vitest';
import { isSignedWebhook, signWebhook, webhookSecret } from './signed-webhooks.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp_s: 1_614_265_330, body: '{"test": 2432232314}' };
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const at = { secret, now: message.timestamp_s * 1_000, tolerance_ms: 300_000 };

test('signs as the libraries of the standard do', () => {
  expect(signWebhook(message, [secret])).toBe(signature);
  const other = webhookSecret(Buffer.alloc(24, 1));
  expect(signWebhook(message, [other, secret]).split(' ')[1]).toBe(signature);
});

test('takes a right signature among several, and nothing else', () => {
  expect(isSignedWebhook({ ...message, signature: `v1,AAAA v2,x ${signature}` }, at)).toBe(true);
  for (const wrong of [
    { ...message, signature, body: `${message.body} ` },
    { ...message, signature, id: 'msg_other' },
    { ...message, signature: signature.replace('v1', 'v1a') },
    { ...message, signature: 'v1,' },
    { ...message, signature, timestamp_s: Number.NaN },
  ]) {
    expect(isSignedWebhook(wrong, at)).toBe(false);
  }
  expect(isSignedWebhook({ ...message, signature }, { ...at, now: at.now + 300_001 })).toBe(false);
});
