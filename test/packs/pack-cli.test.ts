// `toolcrib pack …`: list, show, enable, set, check; and the operator's settings, which a running server picks up.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startPackWorld, writePacks } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { verifies } from '../support/verifies.ts';

const packs = {
  'mail/manifest.yaml': `
code: mail
display_name: Mail
version: "1.0.0"
type: feature
config:
  schema:
    - { name: host, type: string, required: true }
    - { name: api_token, type: string, required: true, secret: true }
    - { name: size, type: integer }
tools:
  - { name: mail_config, description: Says., input_schema: { type: object }, backend: "tools:run" }
`,
  'mail/tools.ts': `export const run = (_args: object, ctx: any) => [ctx.config.host, ctx.config.api_token.length, ctx.config.size ?? null];`,
};

async function cli(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCli(argv, { out: (text) => void (out += text), err: (text) => void (err += text) });
  return { code, out, err };
}

describe('the commands of a tenant and of the operator', () => {
  let world: PackWorld;
  let folder: string;
  let database: TestDatabase;
  let remote: readonly string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'toolcrib-pack-cli-'));
    database = await createDatabase();
    const database_url = database.url;
    world = await startPackWorld({ packs, config: { database_url } });
    remote = ['--url', world.url, '--key', world.key];
    writeFileSync(join(folder, 'secret'), 'nine-char\n');
    writeFileSync(
      join(folder, 'config.yaml'),
      `database:\n  url: ${database_url}\npacks:\n  folders: [${world.packs_folder}]\n  bundled: false\nvault:\n  key_file: ${join(world.folder, 'data', 'master.key')}\n`,
    );
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  test('a tenant turns a pack on and sets it', async () => {
    verifies('PAK-02');
    expect((await cli('pack', 'list', ...remote)).out).toMatch(/mail\s+1\.0\.0\s+feature\s+off\s+lacks settings/);
    expect((await cli('pack', 'enable', 'mail', ...remote)).err).toContain('It lacks settings');
    expect((await cli('pack', 'set', 'mail', 'size', '3', ...remote)).code).toBe(0);
    expect((await cli('pack', 'set', 'mail', 'size', 'three', ...remote)).err).toContain('must be an integer');
    expect((await cli('pack', 'set', 'mail', 'hst', 'x', ...remote)).err).toContain('"host"');
    expect((await cli('pack', 'set', 'mail', 'api_token', 'seen', ...remote)).err).toContain('the command line');
    expect((await world.call('mail_config')).error.code).toBe('pack_not_configured');
    expect((await cli('pack', 'set', 'mail', 'host', 'a.example', ...remote)).code).toBe(0);
    expect((await cli('pack', 'set', 'mail', 'api_token', '--file', join(folder, 'secret'), ...remote)).code).toBe(0);
    expect(await world.call('mail_config')).toMatchObject({ value: ['a.example', 9, 3] });
    const shown = (await cli('pack', 'show', 'mail', ...remote)).out;
    expect(shown).toMatch(/api_token\s+yes\s+\(set\)\s+tenant/);
    expect(shown).not.toContain('nine-char');
  });

  test('what the operator sets counts before it, sealed, and a running server sees it', async () => {
    verifies('PAK-02');
    const as = ['--system', '--config', join(folder, 'config.yaml')];
    expect(await cli('pack', 'set', 'mail', 'host', 'ours.example', ...as)).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'longer'), 'the-token-of-the-operator');
    expect(await cli('pack', 'set', 'mail', 'api_token', '--file', join(folder, 'longer'), ...as)).toMatchObject({
      code: 0,
    });
    await expect
      .poll(async () => (await world.call('mail_config')).value, { timeout: 15_000 })
      .toEqual(['ours.example', 25, 3]);
    const { body } = await world.request('GET', '/v1/packs/mail');
    expect(body.fields).toMatchObject([{ origin: 'system' }, { origin: 'system', value: null }, { origin: 'tenant' }]);
    expect(await cli('pack', 'set', 'mail', 'host', '--unset', ...as)).toMatchObject({ code: 0 });
    // The operator's token does not go to the tenant's address: the tenant's own does.
    await expect
      .poll(async () => (await world.call('mail_config')).value, { timeout: 15_000 })
      .toEqual(['a.example', 9, 3]);
  });
});

describe('pack check', () => {
  const bundled = fileURLToPath(new URL('../../packs/', import.meta.url));
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'toolcrib-pack-check-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the packs that come with the server have no faults', async () => {
    verifies('PAK-05');
    const { code, out } = await cli('pack', 'check', bundled);
    expect(out).toContain('github: no faults');
    expect(code).toBe(0);
  });

  test('tells faults and what could be better, with file and line', async () => {
    verifies('PAK-05');
    writePacks(folder, {
      'manifest.yaml': packs['mail/manifest.yaml'].replace('type: feature', 'type: fature'),
      'tools.ts': `// see https://docs.mail.net/api
const base = 'https://api.mail.net/v1';
const api_token = 'abcdefghijklmnop';
export async function run() {
  const answer = await fetch(base + process.env.MAIL, { headers: { authorization: 'ghp_abcdefghijklmnopqrstuvwxyz' } });
  if (!answer.ok) throw new Error('it went wrong');
  return answer.json();
}
`,
    });
    const { code, out } = await cli('pack', 'check', folder, '--output', 'json');
    expect(code).toBe(1);
    const { packs: checked } = JSON.parse(out);
    const faults = checked[0].faults.map(
      ({ file, line, message }: { file: string; line?: number; message: string }) =>
        `${file.slice(file.lastIndexOf('/') + 1)}:${line ?? '-'} ${message.split(/[:,]/)[0]}`,
    );
    expect(faults).toEqual([
      'manifest.yaml:5 expected "system" or "feature"',
      'README.md:- there is none',
      'tools.ts:2 an address stands in the source',
      'tools.ts:3 a secret seems to stand in the source',
      'tools.ts:5 a token stands in the source',
      'tools.ts:5 a request that goes around the context of the call',
      'tools.ts:5 reads the environment of the server',
      'tools.ts:6 an error without a code',
    ]);
  });
});
