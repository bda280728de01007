// The look of every page that the server renders, and the headers that hold it in: no script, nothing from elsewhere, no
// frame around it. Works without JavaScript, at phone width, in light and dark.
import type { Exchange } from '../route.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Who is signed in, as the head of the page shows it. */
  readonly signed_in?: { readonly email: string; readonly tenant: string; readonly csrf: string } | undefined;
  /** 200 when absent. */
  readonly status?: number;
  /** Origins to which a form of the page may lead by a redirection, such as a provider's. */
  readonly form_targets?: readonly string[];
}

/** Answers with the page. It is never kept by a cache and its address never told to another site. */
export function sendPage(
  { response }: Exchange,
  { title, body, signed_in, status = 200, form_targets = [] }: Page,
): void {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Toolcrib</title>
<link rel="stylesheet" href="/web.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body>
<header><a href="/account">Toolcrib</a>${signed_in && signedIn(signed_in)}</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      `form-action ${["'self'", ...form_targets.filter((target) => form_target.test(target))].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    // Not `no-referrer`: a form of such a page says "Origin: null" (Fetch §3.2), and could not prove where it comes from.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  });
  response.end(text);
}

/** A scheme, a host, or both. A host may have signs in it that end a directive (URL, "forbidden domain code points"). */
const form_target = /^(?:[a-z][a-z0-9+.-]*:(?:\/\/)?)?[\w.:[\]-]*$/i;

function signedIn({ email, tenant, csrf }: NonNullable<Page['signed_in']>): Html {
  return html`<form method="post" action="/sign-out"><span>${email} · ${tenant}</span>
<input type="hidden" name="csrf" value="${csrf}"><button class="plain">Sign out</button></form>`;
}

/** Sends the browser on, with a GET (RFC 9110 §15.4.4). The address must have been checked. */
export function redirect({ response }: Exchange, location: string): void {
  response.writeHead(303, {
    location,
    'content-length': 0,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  response.end();
}
