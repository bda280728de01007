// The few pages that the server itself shows: the start page and the browsable API. Static files, strict content policy.
import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Exchange, Route } from './route.ts';

const swagger = new URL('.', import.meta.resolve('swagger-ui-dist/package.json'));
const dashboard = new URL('../../../dashboard/', import.meta.url);

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, no inline script, no framing; swagger-ui sets style attributes and draws data: images. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const apiPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Toolcrib API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const apiScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, defaultModelsExpandDepth: 0 });
`;

export const pageRoutes: readonly Route[] = [
  file('/', new URL('index.html', dashboard)),
  file('/style.css', new URL('style.css', dashboard)),
  file('/web.css', new URL('web/web.css', import.meta.url)),
  file('/icon.svg', new URL('web/icon.svg', import.meta.url)),
  text('/docs', 'html', apiPage),
  text('/docs/start.js', 'js', apiScript),
  ...['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'].map((name) =>
    file(`/docs/${name}`, new URL(name, swagger)),
  ),
];

function text(path: string, extension: string, body: string): Route {
  return {
    method: 'GET',
    path,
    handle: (exchange) => {
      writeHead(exchange, extension);
      exchange.response.end(body);
    },
  };
}

/** Small pages are read once; the large script of the API page is streamed, so that it takes no memory at rest. */
function file(path: string, url: URL): Route {
  const extension = url.pathname.slice(url.pathname.lastIndexOf('.') + 1);
  if (extension === 'html') return text(path, extension, readFileSync(url, 'utf8'));
  return {
    method: 'GET',
    path,
    handle: (exchange) => {
      writeHead(exchange, extension);
      createReadStream(fileURLToPath(url))
        .on('error', () => exchange.response.destroy())
        .pipe(exchange.response);
    },
  };
}

function writeHead({ response }: Exchange, extension: string): void {
  response.writeHead(200, {
    'content-type': types[extension] ?? 'application/octet-stream',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  });
}
