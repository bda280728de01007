// The drivers of databases are loaded when a source of their kind is first used, not before: a server that has none of them
// pays for none.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const drivers = ['tedious', 'mysql2', 'neo4j-driver', 'google-auth-library', 'undici'];

/** The packages that a fresh process has loaded after importing what every server imports. */
function loadedPackages(more = ''): ReadonlySet<string> {
  const kinds = new URL('../../server/src/kinds/kinds.ts', import.meta.url).href;
  const client = new URL('../../server/src/base/http-client.ts', import.meta.url).href;
  const script = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    await import(${JSON.stringify(kinds)});
    await import(${JSON.stringify(client)});
    ${more}
    const names = urls.map((url) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]);
    console.log(JSON.stringify([...new Set(names)]));`;
  const cwd = fileURLToPath(new URL('../../server', import.meta.url));
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8' });
  return new Set(JSON.parse(output) as string[]);
}

test('no driver is loaded with the kinds', () => {
  const loaded = loadedPackages();
  // The list is of what is loaded at all: PostgreSQL's protocol is there, and shows that packages are seen.
  expect(loaded).toContain('pg-protocol');
  expect(drivers.filter((name) => loaded.has(name))).toEqual([]);
});

test.each(drivers)('%s would be seen if it were', (name) => {
  expect(loadedPackages(`await import(${JSON.stringify(name)});`)).toContain(name);
});
