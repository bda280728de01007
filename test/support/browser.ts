// A real Chromium for tests, without a window. Every person in a test has a context of their own: cookies, storage, nothing
// shared. Names that end in `.test` lead to this machine.
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findProgram, howToInstall } from './debian-programs.ts';

export interface TestBrowser {
  /** An empty page of a person who has not been here before. Further pages of the same one: `page.context().newPage()`. */
  newPerson(options?: PersonOptions): Promise<Page>;
  /** Errors in the console of any page, exceptions of scripts, and what a content policy has refused: text with address. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export interface PersonOptions {
  /** A browser in which scripts are turned off. */
  readonly without_scripts?: boolean;
  /** The size of a small phone instead of a desktop's. */
  readonly phone?: boolean;
  /** Takes certificates that nobody has signed. */
  readonly any_certificate?: boolean;
  readonly dark?: boolean;
}

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--host-resolver-rules=MAP *.test 127.0.0.1',
];

const action_ms = 15_000;

/** Whether there is a browser; false after saying loudly what is missing: then the tests are skipped. */
export function hasBrowser(): boolean {
  if (findProgram('chromium') !== undefined) return true;
  process.stderr.write(`\n*** SKIPPED: tests with a browser. ${howToInstall('chromium')} ***\n`);
  return false;
}

/** Starts the browser; one for a file of tests is enough. Ask `hasBrowser` first. */
export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = findProgram('chromium');
  if (executablePath === undefined) throw new Error(howToInstall('chromium'));
  const browser = await chromium.launch({ executablePath, args: flags });
  const problems: string[] = [];
  return {
    newPerson: async (options = {}) => {
      const context = await newContext(browser, options);
      context.setDefaultTimeout(action_ms);
      context.on('page', (page) => gatherProblems(page, problems));
      return context.newPage();
    },
    problems,
    close: () => browser.close(),
  };
}

function newContext(browser: Browser, options: PersonOptions): Promise<BrowserContext> {
  const { without_scripts = false, phone = false, any_certificate = false, dark = false } = options;
  return browser.newContext({
    javaScriptEnabled: !without_scripts,
    ignoreHTTPSErrors: any_certificate,
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 360, height: 640 } : { width: 1_280, height: 800 },
    isMobile: phone,
    hasTouch: phone,
    locale: 'en-GB',
  });
}

function gatherProblems(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`${error.message} (${page.url()})`));
  page.on('console', (message) => {
    const { url } = message.location();
    // Browsers ask other servers of the tests for an icon by themselves; our pages name theirs.
    if (url.endsWith('/favicon.ico')) return;
    // A page that is itself an error page is told of as well; the test that opens it sees its status.
    const is_status = message.text().startsWith('Failed to load resource: the server responded') && url === page.url();
    if (message.type() === 'error' && !is_status) problems.push(`${message.text()} (${url})`);
  });
}
