// toolcrib connect, with the browser of the person beside it, and with a code on another device.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { hasBrowser } from '../support/browser.ts';
import { agree, goToProvider, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';

// Skipped: there is no browser on this machine.
describe.skipIf(!hasBrowser())('toolcrib connect', () => {
  let world: ConnectWorld;
  let ada: SignedInPerson;

  beforeAll(async () => {
    world = await startConnectWorld();
    ada = await world.newPerson('ada@acme.example');
  });

  afterAll(() => world.stop());

  const run = (...words: readonly string[]) => {
    let out = '';
    let err = '';
    const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
    const { url } = world.toolcrib;
    const code = runCli(['connect', ...words, '--url', url, '--key', ada.key], io);
    return { code, out: () => out, err: () => err };
  };
  const ids = async () =>
    (await world.rows('select id from credential where user_id = $1 order by created_at', [ada.user_id])).map(
      ({ id }) => id,
    );

  it('shows the link to our page and waits until the account is there', async () => {
    const { code, out, err } = run('example', '--no-open', '--name', 'Work', '--scope', 'email');
    await expect.poll(err).toContain('/connect/example?');
    const [link = ''] = /http\S+/.exec(err()) ?? [];
    expect(new URL(link).origin).toBe(world.toolcrib.url);
    await goToProvider(ada.page, link);
    await agree(ada.page);
    expect(await code).toBe(0);
    expect(err()).toContain('Connected Work (ada@provider.example).');
    expect([out().trim()]).toEqual(await ids());
  });

  it('shows a code and waits until it was entered', async () => {
    const { code, out, err } = run('example', '--device', '--name', 'Device');
    await expect.poll(err).toMatch(/[A-Z]{4}-[A-Z]{4}/);
    const [user_code = ''] = /[A-Z]{4}-[A-Z]{4}/.exec(err()) ?? [];
    await world.providers['example']?.approveDevice(user_code, 'ben');
    expect(await code).toBe(0);
    expect(err()).toContain('Connected Device (ben@provider.example).');
    expect(await ids()).toContain(out().trim());
  });

  it('says what is wrong, and goes', async () => {
    const { code, err } = run('exmaple');
    expect(await code).not.toBe(0);
    expect(err()).toContain('example');
    expect(await run('example', '--option', 'host').code).toBe(2);
  });
});
