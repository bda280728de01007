// A mock that Prism makes of an OpenAPI document: it refuses requests that the document does not know, and answers with the
// document's own examples.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

export interface PrismMock {
  readonly url: string;
  stop(): Promise<void>;
}

/** `document`: below test/fixtures. */
export async function startPrismMock(document: string): Promise<PrismMock> {
  const port = await freePort();
  const prism = fileURLToPath(new URL('../../node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));
  const path = fileURLToPath(new URL(`../fixtures/${document}`, import.meta.url));
  const words = ['mock', path, '--port', String(port), '--host', '127.0.0.1', '--errors'];
  const child = spawn(process.execPath, [prism, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Prism is listening')) resolve();
    });
    void exited.then(() => reject(new Error(`Prism has ended: ${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}
