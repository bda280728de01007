// Which value each setting has: every level over the next one, and where a secret may go.
import { describe, expect, test } from 'vitest';
import type { SettingField } from '../../server/src/packs/manifest.ts';
import { addressMark } from '../../server/src/packs/pack-settings.ts';
import { resolveSettings } from '../../server/src/packs/resolve-settings.ts';
import type { Connection, SettingLevels } from '../../server/src/packs/resolve-settings.ts';
import { verifies } from '../support/verifies.ts';

const base: SettingField = { name: 'base_url', type: 'string', required: true, secret: false, env_var: 'BASE' };
const token: SettingField = { name: 'api_token', type: 'string', required: true, secret: true, env_var: 'TOKEN' };
const label: SettingField = { name: 'label', type: 'string', required: false, secret: false, address: false };
const size: SettingField = {
  name: 'size',
  type: 'integer',
  required: false,
  secret: false,
  env_var: 'SIZE',
  default: 7,
};
const fields = [base, token, label, size];

const levels = ['system', 'workspace', 'tenant', 'environment', 'default'] as const;
type Level = (typeof levels)[number];

interface Given {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly cluster?: string;
}

function connection({ values = {}, secrets = {}, cluster }: Given): Connection<string> {
  return {
    values,
    secrets: new Map(Object.entries(secrets)),
    connection_type: cluster === undefined ? 'local' : 'remote',
    remote_cluster_url: cluster ?? null,
    remote_connection_id: cluster === undefined ? null : 'channel-1',
  };
}

function at(
  given: Partial<Record<'system' | 'workspace' | 'tenant', Given>>,
  env: Record<string, string> = {},
): SettingLevels<string> {
  const of = (level: 'system' | 'workspace' | 'tenant') =>
    given[level] === undefined ? undefined : connection(given[level]);
  return { system: of('system'), workspace: of('workspace'), tenant: of('tenant'), environment: (name) => env[name] };
}

describe('the value of a field', () => {
  // Every subset of the five levels: the first of them counts.
  const subsets = Array.from({ length: 2 ** levels.length }, (_, bits) =>
    levels.filter((_level, index) => (bits & (1 << index)) !== 0),
  );

  test.each(subsets)('%j', (...present: readonly Level[]) => {
    verifies('PAK-02');
    const number: Record<Level, number> = { system: 1, workspace: 2, tenant: 3, environment: 4, default: 5 };
    const own = (level: 'system' | 'workspace' | 'tenant') =>
      present.includes(level) ? { [level]: { values: { size: number[level] } } } : {};
    const { default: _, ...bare } = size;
    const field = present.includes('default') ? { ...size, default: 5 } : bare;
    const resolved = resolveSettings(
      [field],
      at(
        { ...own('system'), ...own('workspace'), ...own('tenant') },
        present.includes('environment') ? { SIZE: '4' } : {},
      ),
    );
    const first = levels.find((level) => present.includes(level));
    expect(resolved.fields[0]).toMatchObject({
      origin: first ?? null,
      value: first === undefined ? undefined : number[first],
    });
  });

  test('a text of the environment that is none of the type is not used, and told', () => {
    const {
      fields: [found],
    } = resolveSettings([size], at({}, { SIZE: 'seven' }));
    expect(found).toMatchObject({ origin: 'default', value: 7, problem: expect.stringContaining('SIZE') });
  });

  test('what is missing is named', () => {
    expect(resolveSettings(fields, at({})).missing).toEqual(['base_url', 'api_token']);
  });

  test('the address of a remote connection is what it says of base_url, and the system comes first', () => {
    const tenant = { cluster: 'https://theirs.example', secrets: { api_token: 'theirs' } };
    expect(resolveSettings(fields, at({ tenant }))).toMatchObject({
      remote_cluster_url: 'https://theirs.example',
      remote_connection_id: 'channel-1',
      missing: [],
    });
    const system = { values: { base_url: 'https://ours.example' }, secrets: { api_token: 'ours' } };
    const both = resolveSettings(fields, at({ system, tenant }));
    // A function that takes the connection's address must not send the operator's token to the tenant's.
    expect(both.remote_cluster_url).toBe('https://ours.example');
    expect(both.fields[1]?.secret).toMatchObject({ level: 'system', sealed: 'ours' });
  });
});

describe('where a secret goes', () => {
  const evil = { values: { base_url: 'https://evil.example' } };

  test.each([
    ['the operator, stored', at({ system: { secrets: { api_token: 'ours' } }, tenant: evil })],
    ['the operator, in the environment', at({ tenant: evil }, { TOKEN: 'ours' })],
    ['the operator, to a remote connection', at({ tenant: { cluster: 'https://evil.example' } }, { TOKEN: 'ours' })],
    ['the operator, to a workspace', at({ workspace: evil }, { TOKEN: 'ours' })],
    ['the tenant, to a workspace', at({ tenant: { secrets: { api_token: 'tenant' } }, workspace: evil })],
  ])('of %s: not where somebody below has said', (_of, given) => {
    verifies('PAK-02');
    const resolved = resolveSettings(fields, given);
    expect(resolved.fields[1]).toMatchObject({ origin: null, is_withheld: true, secret: undefined });
    expect(resolved.missing).toEqual(['api_token']);
  });

  test('one that may go is used, also when a higher one may not', () => {
    const system = { secrets: { api_token: 'ours' } };
    const tenant = { ...evil, secrets: { api_token: 'theirs' } };
    const { fields: found, missing } = resolveSettings(fields, at({ system, tenant }));
    expect(found[1]).toMatchObject({ origin: 'tenant', secret: { sealed: 'theirs' } });
    expect(missing).toEqual([]);
  });

  test("a tenant's own goes where the operator has said", () => {
    const tenant = { secrets: { api_token: 'theirs' } };
    const { fields: found } = resolveSettings(fields, at({ tenant }, { BASE: 'https://ours.example' }));
    expect(found[1]).toMatchObject({ origin: 'tenant' });
  });

  test('a text that the manifest calls no address changes nothing; one that it says nothing of does', () => {
    const tenant = { values: { label: 'x' } };
    const env = { BASE: 'https://ours.example', TOKEN: 'ours' };
    expect(resolveSettings(fields, at({ tenant }, env)).missing).toEqual([]);
    const { address: _, ...host } = label;
    expect(resolveSettings([base, token, host], at({ tenant }, env)).missing).toEqual(['api_token']);
  });
});

test('an address without TLS, at another port or of another kind is another one: accounts are not sent there', () => {
  const of = (base_url: string): string => {
    const tenant = { values: { base_url }, secrets: new Map<string, never>() };
    const more = { connection_type: 'local', remote_cluster_url: null, remote_connection_id: null } as const;
    const none = { system: undefined, workspace: undefined, environment: () => undefined };
    return addressMark(resolveSettings([base], { ...none, tenant: { ...tenant, ...more } }));
  };
  expect(of('https://api.example.com')).toBe('api.example.com');
  expect(of('http://api.example.com')).toBe('http://api.example.com');
  const all = [
    '',
    'https://api.example.com',
    'http://api.example.com',
    'https://api.example.com:8443',
    'api.example.com',
  ];
  expect(new Set(all.map((address) => of(address))).size).toBe(all.length);
});

describe('accounts of a pack with several addresses', () => {
  const addresses = ['mail_url', 'drive_url'].map((name) => ({
    ...({ name, type: 'string', required: false, secret: false, address: true, env_var: name } as const),
    default: `https://${name.replace('_', '-')}.example`,
  }));
  const markOf = (values: object, env: Record<string, string> = {}): string =>
    addressMark(resolveSettings(addresses, at({ tenant: { values: { ...values } } }, env)));

  test('are for all the addresses together, the ones that the tenant has not changed too', () => {
    const [mail_url, drive_url] = ['https://a.example', 'https://b.example'];
    expect(markOf({})).toBe('');
    expect(markOf({}, { mail_url })).toBe('');
    expect(markOf({ mail_url })).toBe('a.example|drive-url.example');
    expect(markOf({ drive_url })).toBe('mail-url.example|b.example');
    expect(markOf({ mail_url, drive_url })).toBe('a.example|b.example');
    // Swapped, and beside another address of the operator.
    expect(markOf({ mail_url: drive_url, drive_url: mail_url })).toBe('b.example|a.example');
    expect(markOf({ mail_url }, { drive_url: 'https://c.example' })).toBe('a.example|c.example');
  });

  test('have the name of one host where all are there, and one without TLS is another', () => {
    const both = { mail_url: 'https://a.example/mail', drive_url: 'https://a.example/drive' };
    expect(markOf(both)).toBe('a.example');
    expect(markOf({ ...both, drive_url: 'http://a.example/drive' })).toBe('a.example|http://a.example');
  });

  test('no address looks like several, or like what stands for long ones', () => {
    expect(markOf({ mail_url: 'https://a.example|b.example', drive_url: 'https://b.example' })).toMatch(/^sha256:/);
    const long = markOf({ mail_url: `https://${'a.'.repeat(40)}example` });
    expect(long).toMatch(/^sha256:[0-9a-f]{40}$/);
    for (const host of [long, long.slice('sha256:'.length)]) {
      expect(markOf({ mail_url: `https://${host}`, drive_url: `https://${host}` })).not.toBe(long);
    }
  });
});
