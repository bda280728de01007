// Opens a link in the browser of whoever sits at this machine. That it may not work does not matter: the link was printed.
import { spawn } from 'node:child_process';

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Only http and https: nothing else is a link to a page. */
export function openLink(url: string): void {
  if (!/^https?:\/\//.test(url)) return;
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  // Without a shell: the link is one argument, whatever it holds.
  spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
