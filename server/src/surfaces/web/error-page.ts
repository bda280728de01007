// How pages show what went wrong: what it is, what to do, and the id under which the operator finds it. The `error` of a route.
import { toToolcribError } from '../../base/errors.ts';
import type { ErrorCode, ToolcribError } from '../../base/errors.ts';
import { setErrorHeaders } from '../http.ts';
import type { Exchange } from '../route.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { sendPage } from './page.ts';

/** Answers with a page that says what is wrong: `{ …route, error: sendErrorPage }`. */
export function sendErrorPage(exchange: Exchange, thrown: unknown): void {
  const error = toToolcribError(thrown);
  if (exchange.response.headersSent || exchange.response.destroyed) return;
  setErrorHeaders(exchange, error);
  exchange.response.removeHeader('www-authenticate');
  sendPage(exchange, {
    title: titleOf(error),
    status: error.status,
    body: html`${errorBox(error)}
<p class="quiet">Error <code>${error.code}</code>, request <code>${exchange.request_id}</code></p>
<p><a class="button plain" href="/account">Your account</a></p>`,
  });
}

/** What is wrong and what to do, for a page that goes on beneath it. */
export function errorBox(error: ToolcribError): Html {
  const { message, hint } = wordsOf(error);
  return html`<div class="error" role="alert"><p><strong>${message}</strong></p>
${error.faults.length > 0 && html`<ul>${error.faults.map((fault) => html`<li>${fault.message}${fault.hint !== undefined && html` (${fault.hint})`}</li>`)}</ul>`}
<p>${hint}</p></div>`;
}

function titleOf({ status }: ToolcribError): string {
  if (status === 404) return 'Nothing is here';
  if (status === 401 || status === 403) return 'That is not allowed';
  if (status === 409) return 'That is not possible now';
  return status >= 500 ? 'That did not work' : 'Something is wrong with the request';
}

/** The catalogue speaks to programs; where a person with a browser needs other words, they stand here. */
const forPeople: { readonly [Code in ErrorCode]?: { readonly message?: string; readonly hint: string } } = {
  unauthenticated: { message: 'You are not signed in.', hint: 'Sign in and try again.' },
  forbidden: { message: 'Your role does not allow this.', hint: 'Ask an admin of your organisation.' },
  not_found: {
    message: 'There is nothing here for you.',
    hint: 'The link may be incomplete, used up or over, or made for somebody else.',
  },
  method_not_allowed: { message: 'This page cannot be used like that.', hint: 'Go back and start again.' },
  media_type_unsupported: { message: 'The form was not sent as a form.', hint: 'Go back and send it again.' },
  origin_refused: {
    message: 'The server does not answer requests from this page or under this name.',
    hint: 'Open it under its usual address.',
  },
  internal: {
    message: 'The server failed in a way it did not expect.',
    hint: 'Try again; the operator of the server finds the cause under the request below.',
  },
};

function wordsOf(error: ToolcribError): { readonly message: string; readonly hint: string } {
  return { message: error.message, hint: error.hint, ...forPeople[error.code] };
}
