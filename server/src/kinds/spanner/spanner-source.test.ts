import { describe, expect, test } from 'vitest';
import { spannerSource } from './spanner-source.ts';

const ids = { project: 'example.com:p-1', instance: 'i-1', database: 'd_1' };
const service = { type: 'service_account', client_email: 'a@b.example', private_key: 'secret', token_uri: 'http://x' };
const user = { type: 'authorized_user', client_id: 'a', client_secret: 'b', refresh_token: 'c' };

const decodes = (more: Readonly<Record<string, unknown>>): boolean =>
  spannerSource.fields.safeParse({ ...ids, ...more }).success;

test('the fields of MCP Toolbox are taken, the dialect in any case', () => {
  expect(spannerSource.fields.parse(ids)).toMatchObject({ dialect: 'googlesql' });
  expect(spannerSource.fields.parse({ ...ids, dialect: 'PostgreSQL' })).toMatchObject({ dialect: 'postgresql' });
  expect(decodes({ useClientOAuth: false })).toBe(true);
  expect(decodes({ dialect: 'oracle' })).toBe(false);
  expect(decodes({ unknown: 1 })).toBe(false);
});

describe('nothing that leads elsewhere', () => {
  test.each(['..', 'a/b', 'a?b', 'a%2fb', '', 'a b', '-a'])('an id %j', (id) => {
    expect(decodes({ project: id })).toBe(false);
    expect(decodes({ database: id })).toBe(false);
  });
  test.each(['127.0.0.1', 'http://host:1', 'user@host:1', 'host:1/path', 'host:123456'])('an emulator %j', (host) => {
    expect(decodes({ emulator_host: host })).toBe(false);
  });
  test('credentials that name a program or a URL', () => {
    expect(decodes({ credentials: service })).toBe(true);
    expect(decodes({ credentials: JSON.stringify(user) })).toBe(true);
    expect(decodes({ credentials: '' })).toBe(true);
    expect(decodes({ credentials: { type: 'external_account', credential_source: { executable: {} } } })).toBe(false);
    expect(decodes({ credentials: '{"type":"service_account"}' })).toBe(false);
    expect(decodes({ credentials: '/etc/key.json' })).toBe(false);
  });
});
