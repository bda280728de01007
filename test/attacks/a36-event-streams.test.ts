// A36 and stale identities, of streams that follow an interaction: they end with what their reader has proved itself with, take
// no place when nobody reads them, and do not spin when there is no room to wait.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import type { TestPerson } from '../support/people.ts';

describe('A36 event streams', () => {
  let world: AskingWorld;
  let ann: TestPerson;
  let id: string;
  let people = 0;

  beforeAll(async () => {
    world = await startAskingWorld();
  });
  beforeEach(async () => {
    people += 1;
    ann = await world.person(`ann${people}`);
    id = (await world.ask(ann, 'ask_danger')).id;
  });
  afterAll(() => world.stop());

  const follow = (key = ann.key) =>
    fetch(`${world.toolcrib.url}/v1/interactions/${id}/events`, { headers: { authorization: `Bearer ${key}` } });

  /** A request whose answer is read only by whoever listens. */
  async function open(path: string): Promise<Socket> {
    const { hostname, port, host } = new URL(world.toolcrib.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${ann.key}\r\n\r\n`);
    return socket;
  }

  test('of a key that was revoked tells nothing more', async () => {
    const made = await world.toolcrib.request('POST', '/v1/keys', { key: ann.key, body: { name: 'reader' } });
    const response = await follow(made.body.secret as string);
    expect(response.status).toBe(200);
    const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await chunks?.read())?.value).toContain('"status":"pending"');
    await world.toolcrib.request('DELETE', `/v1/keys/${String(made.body.key.id)}`, { key: ann.key });
    await world.toolcrib.request('POST', `/v1/interactions/${id}/cancel`, { key: ann.key });
    const last = await chunks?.read().catch(() => undefined);
    expect(last?.value).toBeUndefined();
  });

  test('of readers who have gone before the first word take no place', async () => {
    const tries = Array.from({ length: limits.interaction_streams }, async (_, index) => {
      const socket = await open(`/v1/interactions/${id}/events`);
      // Some go while the server looks who they are, some while it looks what they want.
      setTimeout(() => socket.destroy(), index % 8);
      await once(socket, 'close');
    });
    await Promise.all(tries);
    // Every place is there again: with one missing, one of these is refused.
    const missing = async (): Promise<number> => {
      const all = await Promise.all(Array.from({ length: limits.interaction_streams }, () => follow()));
      for (const { body } of all) await body?.cancel();
      return all.filter(({ status }) => status !== 200).length;
    };
    await expect.poll(missing, { timeout: 10_000 }).toBe(0);
  });

  test('look now and then, and not all the time, when too many wait already', async () => {
    const waiting = await Promise.all(
      Array.from({ length: limits.interaction_waiters_per_tenant + 50 }, () =>
        open(`/v1/interactions/${id}?wait_s=30`),
      ),
    );
    try {
      const probe = async (): Promise<boolean> => {
        const before = performance.now();
        await world.toolcrib.request('GET', `/v1/interactions/${id}?wait_s=10`, { key: ann.key });
        return performance.now() - before < 8_000;
      };
      await expect.poll(probe, { timeout: 25_000 }).toBe(true);
      const response = await follow();
      let text = '';
      const reading = (async () => {
        for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
      })().catch(() => undefined);
      const began = performance.now();
      await expect.poll(() => text.split(': waiting').length - 1, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
      expect(performance.now() - began).toBeGreaterThan(limits.interaction_poll_ms / 2);
      expect(text.split(': waiting').length - 1).toBeLessThanOrEqual(4);
      await world.toolcrib.request('POST', `/v1/interactions/${id}/cancel`, { key: ann.key });
      await reading;
      expect(text).toContain('"status":"cancelled"');
    } finally {
      for (const socket of waiting) socket.destroy();
    }
  });
});
