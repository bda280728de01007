// `import()` of Node itself, whoever has loaded this file: what rewrites modules (a test runner, a bundler) would rewrite
// `import()` as well, and the modules of packs would pass by the fence. A `data:` module is rewritten by nobody.

type Import = (url: string) => Promise<Readonly<Record<string, unknown>>>;

const source = 'data:text/javascript,export const load = (url) => import(url);';
let native: Promise<Import> | undefined;

/** Must be given a `file:` URL. Rejects with whatever the module throws. */
export async function importNatively(url: string): ReturnType<Import> {
  native ??= (import(source) as Promise<{ readonly load: Import }>).then(({ load }) => load);
  return (await native)(url);
}
