// The demo client as its README starts it: the two commands there, word for word, and a person with a real browser. A program
// calls over REST and waits, a model calls over MCP; each gets the checked result.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolcribClient } from '@toolcrib/client';
import type { InteractionOffer } from '@toolcrib/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { linkCapabilities, statelessRequest } from '../support/mcp-request.ts';
import { goodPassword } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Started {
  output(): string;
  stop(): Promise<void>;
}

/** A command of the README, in a shell as its reader types it; resolves when it has said this. */
async function start(command: string, environment: Readonly<Record<string, string>>, ready: RegExp): Promise<Started> {
  const child: ChildProcess = spawn('sh', ['-c', command], {
    cwd: root,
    env: { ...process.env, ...environment },
    // A group of its own, so that npm and what it has started end together.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (ready.test(text)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    void ended.then(() => reject(new Error(`It has ended:\n${text}`)));
  });
  return {
    output: () => text,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

// Skipped: without a browser nobody can take the exam; hasBrowser says how to get one.
describe.skipIf(!hasBrowser())('the demo client of hand-offs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-example-'));
  let started: Started[] = [];
  let browser: TestBrowser;
  let page: Page;
  let url: string;
  let key: string;

  beforeAll(async () => {
    const readme = readFileSync(join(root, 'examples/handoff-client/README.md'), 'utf8');
    const [server_command = '', client_command = '', ...more] = readme.match(/^.*npm start.*$/gm) ?? [];
    if (more.length > 0) throw new Error('The README has more than two commands');
    const [port, client_port] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    const toolcrib = await start(
      server_command,
      { TOOLCRIB_PORT: String(port), TOOLCRIB_DATA: folder, HANDOFF_CLIENT_URL: `http://127.0.0.1:${client_port}` },
      /^Ready/m,
    );
    started = [toolcrib];
    started.push(
      await start(client_command, { PORT: String(client_port), TOOLCALL_SERVER: url }, /^The exam listens/m),
    );
    key = /export TOOLCRIB_KEY=(\S+)/.exec(toolcrib.output())?.[1] ?? '';
    browser = await openBrowser();
    page = await browser.newPerson();
    await page.goto(/(http\S+\/invitations\/\S+)/.exec(toolcrib.output())?.[1] ?? '');
    await page.fill('input[name=password]', goodPassword);
    await page.fill('input[name=again]', goodPassword);
    await page.click('main button');
    await page.waitForURL('**/account**');
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all(started.map((one) => one.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a person does with the link. */
  async function takeExam(link: string): Promise<void> {
    await page.goto(link);
    await page.getByRole('button', { name: /^Go on to 127\.0\.0\.1/ }).click();
    await page.waitForURL('**/exam/');
    for (const answer of ['Warn the others', 'The stairs', '112']) await page.getByLabel(answer).check();
    await page.getByRole('button', { name: 'Hand in' }).click();
    expect(await page.textContent('[role=status]')).toContain('You have 3 of 3 points.');
  }

  const passed = {
    exam: 'safety_exam',
    exam_type: 'start',
    passed: true,
    score: 3,
    participant_id: expect.any(Number) as unknown,
  };

  test('a program over REST waits and gets the result', async () => {
    verifies('HND-02', 'HND-04', 'INT-01');
    const client = new ToolcribClient({ url, key });
    const offers: InteractionOffer[] = [];
    const { result } = await client.callTool(
      'safety_exam',
      {},
      {
        onInteraction: async (offer) => {
          offers.push(offer);
          await takeExam(offer.url);
        },
      },
    );
    expect(offers).toMatchObject([{ kind: 'handoff', message: expect.stringContaining('safety_exam') as unknown }]);
    expect(result).toMatchObject({ kind: 'value', value: passed });
    // The page of the link says so too.
    await page.goto(offers[0]?.url ?? '');
    expect(await page.textContent('[role=status]')).toContain('Thank you.');
  });

  test('without somebody to show the link to, the SDK rejects, and the answer is 202', async () => {
    verifies('INT-01');
    const client = new ToolcribClient({ url, key });
    const call = client.callTool('safety_exam', { exam_kind: 'alone' });
    await expect(call).rejects.toMatchObject({
      status: 202,
      code: 'handoff_required',
      detail: { interaction: { kind: 'handoff' } },
    });
    const response = await fetch(`${url}/v1/tools/safety_exam/call`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ arguments: { exam_kind: 'alone' } }),
    });
    const { pending } = (await response.json()) as { readonly pending: Record<string, string> };
    expect(response.status).toBe(202);
    expect(response.headers.get('link')).toBe(`<${pending['url']}>; rel="interaction"`);
    const stands = await fetch(pending['status_url'] ?? '', { headers: { authorization: `Bearer ${key}` } });
    expect(await stands.json()).toMatchObject({ kind: 'handoff', status: 'pending' });
  });

  test('a model over MCP is given the link, and the repeated call the result', async () => {
    verifies('HND-04', 'INT-01');
    const call = async (more: Readonly<Record<string, unknown>> = {}) => {
      const params = { name: 'safety_exam', arguments: { exam_kind: 'model' }, ...more };
      const { body, headers } = statelessRequest({ method: 'tools/call', params, capabilities: linkCapabilities });
      const response = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: {
          ...headers,
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(body),
      });
      return ((await response.json()) as { readonly result: Record<string, unknown> }).result;
    };
    const first = await call();
    expect(first['resultType']).toBe('input_required');
    const { person } = first['inputRequests'] as { person: { params: { mode: string; url: string } } };
    expect(person.params.mode).toBe('url');
    await takeExam(person.params.url);
    const answered = { requestState: first['requestState'], inputResponses: { person: { action: 'accept' } } };
    expect((await call(answered))['structuredContent']).toMatchObject({ ...passed, exam_type: 'model' });
  });

  test('neither application has a fault in the browser', () => {
    expect(browser.problems).toEqual([]);
  });
});
