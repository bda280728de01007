import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactText } from './redact.ts';

const secret = 'q7XkP0zR4tWb9LmN2vYc';
const key = 'tc_1abcdefghijk2345_0123456789abcdefghijklmnopqrstuvwxyz';
const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.q7XkP0zR4tWb9LmN2vYc';
const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/** How secrets stand in the texts of drivers, providers and programs; each holds `secret` or what stands in its place. */
const leaks: readonly (readonly [string, string])[] = [
  ['a key of ours', `the key ${key} is known`],
  ['a session of ours', key.replace('tc_', 'ts_')],
  ['a master key', `tk_${secret}${secret}${secret}`],
  ['a bearer token', `authorization: Bearer ${secret}`],
  ['a basic header', `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`],
  ['the user of a URL', `could not reach postgres://user:${secret}@db.example/x`],
  ['a signed token', `the token ${jwt} has expired`],
  ['an encrypted token', `eyJhbGciOiJSU0EifQ.${secret}.${secret}.${secret}.${secret}`],
  ['a query', `GET https://a.example/cb?code=${secret}&state=${secret}&iss=x`],
  ['a form', `grant_type=refresh_token&refresh_token=${secret}&client_secret=${secret}`],
  ['a form that begins with it', `code=${secret}&redirect_uri=x`],
  ['JSON', `{"access_token":"${secret}","expires_in":1}`],
  ['JSON with quotes in the value', `{"password": "x\\"${secret}'y", "a": 1}`],
  ['JSON inside JSON', JSON.stringify({ body: JSON.stringify({ client_secret: secret }) })],
  ['an object as Node shows it', `{ user: 'a', apiKey: '${secret}', "x-api-key": '${secret}' }`],
  ['a command line', `psql --set=password='${secret}' DB_PASSWORD="${secret}"`],
  ['a private key', pem],
  ['a private key in one line', pem.replaceAll('\n', String.raw`\n`)],
  ['half a private key', pem.slice(0, 90)],
  ['a token of GitHub', `ghp_${secret}${secret}`],
  ['a token of Slack', `xoxb-1234-${secret}`],
];

describe('redactText', () => {
  it.each(leaks)('takes out %s', (_where, text) => {
    const told = redactText(text);
    expect(told).toContain('[removed]');
    for (const part of [secret, key.slice(-20), jwt.slice(-20), ...pem.split('\n').slice(1, 2)])
      expect(told).not.toContain(part);
  });

  it('takes it out of the middle of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...leaks),
        fc.string({ unit: 'binary' }),
        (before, [, leak], after) => {
          const told = redactText(`${before} ${leak} ${after}`);
          return !told.includes(secret) && !told.includes(key.slice(-20));
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each([
    'password authentication failed for user "app"',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'error code=ECONNRESET, exit code=1, code: 42501',
    "{ code: 'ENOENT', errno: -2, path: 'x' }",
    'The token of the service has expired: token: it was issued yesterday',
    'Basic authentication is not offered; state: open',
    'https://api.example:8443/v1/items?page=2&sort=name#code',
    '{"tokens":3,"secret":null,"name":"ok"}',
    '    at Object.readToken (file:///app/src/token-text.ts:12:34)',
    'duplicate key value violates unique constraint "api_key_hash_key"',
    '019f3c8e-aaaa-7bbb-8ccc-0123456789ab',
    'insert into audit_call (tenant_id, id) select append_calls($1, $2)',
    'the BEGIN of a transaction, -----BEGIN CERTIFICATE-----',
  ])('leaves as it is: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('leaves any other text as it is', () => {
    const word = fc.constantFrom(
      'the',
      'token',
      'password',
      'of',
      'source',
      'code',
      'failed:',
      '42',
      '(at',
      'x.ts:1:2)',
      '"a":',
      '{',
      '}',
      ',',
      '/v1/keys',
      'a=b',
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join(' ');
        fc.pre(!/(?:token|password) *["']? *:/.test(text));
        return redactText(text) === text;
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    'a'.repeat(200_000),
    'token'.repeat(40_000),
    'eyJ'.repeat(70_000),
    `eyJ${'a.'.repeat(100_000)}`,
    '-----BEGIN PRIVATE KEY-----'.repeat(8_000),
    '://'.repeat(70_000),
    `password:"${'\\'.repeat(200_000)}`,
    `password=${"'".repeat(200_000)}`,
    'tc_'.repeat(70_000),
    `tc_${'a'.repeat(200_000)}`,
    'Bearer '.repeat(30_000),
    `Basic ${'a'.repeat(200_000)}`,
    `x-${'-'.repeat(200_000)}`,
    ' '.repeat(200_000),
    `password${' '.repeat(200_000)}`,
    'code=A'.repeat(40_000),
  ])('takes time in proportion to the text, whatever it is (%#)', (text) => {
    const started = performance.now();
    redactText(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('redact', () => {
  it('takes secrets out by field name and by shape, at any depth, in keys and in causes', () => {
    const told = JSON.stringify(
      redact({
        password: 'p1',
        headers: { Authorization: 'Basic p2', 'x-api-key': 'p3', [key]: 1 },
        url: 'postgres://user:p4@db.example/x',
        text: `the key ${key} was sent as Bearer p5`,
        error: new Error(`could not use ${key}`, { cause: new Error('postgres://u:p6@h/db') }),
        list: [{ credentials: { a: 'p7' } }],
        bytes: Buffer.from('p8'),
      }),
    );
    expect(told).not.toMatch(/p[1-8]\b|0123456789abc/);
    expect(told).toContain('db.example');
  });

  it('keeps what a line is about: ids, times and digests of secret things', () => {
    const record = {
      credential_id: 'c1',
      arguments_digest: 'd1',
      session_id: 's1',
      token_version: 2,
      credential: null,
    };
    expect(redact(record)).toEqual(record);
  });

  it('bounds depth', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop))).toContain('[too deep]');
  });
});
