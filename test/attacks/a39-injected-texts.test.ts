// A39: texts of callers and of tool authors reach the log, the terminal, the pages and the export as texts and nothing else.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { createIo } from '../../server/src/cli/terminal.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { signInOn } from '../support/pausing-world.ts';
import { addPerson } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

/** Clears the screen, sets the title, in 7 and in 8 bits; hides, turns around, ends a line. */
const steering = '\u001b[2J\u001b]0;owned\u0007\u009b2J\u202e\u200b\u2028\r';
const script = `<img src=x onerror=alert(1)><script>alert(1)</script>"'--></textarea>`;
const formula = '=HYPERLINK("http://evil.example","x")';

let toolcrib: TestServer;
beforeAll(async () => {
  const description = JSON.stringify(`${script} ${steering} ${formula}`);
  toolcrib = await startTestServer({
    tools: `
sources: {db: {kind: sqlite, database: a.db}}
tools:
  wire:
    {kind: sqlite-sql, source: db, statement: select 1, danger: critical, title: ${JSON.stringify(script)}, description: ${description}}
`,
    files: { 'a.db': '' },
    tenants: ['acme'],
  });
});
afterAll(() => toolcrib.stop());

/** What a terminal is given. */
async function onTerminal(words: readonly string[]): Promise<string> {
  let shown = '';
  const stream = { isTTY: true, write: (text: string | Uint8Array) => ((shown += String(text)), true) };
  const io = createIo({ stdout: stream, stderr: stream });
  await runCli([...words, '--url', toolcrib.url, '--key', toolcrib.key], io);
  return shown;
}

describe('A39 the terminal', () => {
  test.each([
    ['a list of tools', ['tools']],
    ['their definitions', ['tools', '--json']],
    ['an error that repeats what was asked for', ['call', `no${steering}tool`]],
    ['a call that must be approved', ['call', 'wire', '--no-wait']],
    ['the answer of a command that does not exist', [`x${steering}`]],
  ])('%s steers nothing', async (_name, words) => {
    const shown = await onTerminal(words);
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test('JSON stays the JSON that it was', async () => {
    const [tool] = JSON.parse(await onTerminal(['tools', '--json'])) as { description: string }[];
    expect(tool?.description).toBe(`${script} ${steering} ${formula}`);
  });
});

describe('A39 the log', () => {
  test('has one line of JSON per event, whatever a caller sends', async () => {
    const name = encodeURIComponent(`x\n{"level":"info","event":"forged"}\r\n${steering}`);
    await toolcrib.request('POST', `/v1/tools/${name}/call`, { body: {} });
    await toolcrib.request('GET', `/v1/nothing%0A${name}`);
    const events = toolcrib.log_lines.map((line) => {
      expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
      return (JSON.parse(line) as { event: string }).event;
    });
    expect(events).not.toContain('forged');
  });
});

describe('A39 the audit', () => {
  test('is exported as JSON, where no cell is a formula and no line is forged', async () => {
    const forged = `=cmd|' /C calc'!A0\n{"seq":1}`;
    await toolcrib.request('POST', `/v1/tools/${encodeURIComponent(forged)}/call`, { body: {} });
    const { text, headers } = await toolcrib.request('GET', '/v1/audit/export');
    expect(headers.get('content-type')).toMatch(/json/);
    const tools = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { tool?: string; record?: { tool?: string } });
    expect(JSON.stringify(tools)).toContain("=cmd|' /C calc'!A0");
  });
});

// Skipped: without a browser there is nothing to look at; hasBrowser says how to get one.
describe.skipIf(!hasBrowser())('A39 the pages', () => {
  test('show a stored script as the text that it is', async () => {
    const ann = await addPerson(toolcrib, { email: 'ann@example.com' });
    const { body } = await toolcrib.request('POST', '/v1/tools/wire/call', { key: ann.key, body: {} });
    const browser = await openBrowser();
    try {
      const page = await browser.newPerson();
      let ran = false;
      page.on('dialog', (dialog) => {
        ran = true;
        void dialog.dismiss();
      });
      await signInOn(page, toolcrib, ann);
      await page.goto(body.error.interaction.url);
      expect(await page.textContent('main')).toContain('<script>alert(1)</script>');
      expect(await page.locator('main script, main img').count()).toBe(0);
      expect(ran).toBe(false);
    } finally {
      await browser.close();
    }
  });
});
