// Sign-in and consent of the test provider: pages that a browser can click and that need no script.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { oauthAccounts } from './oauth-provider.ts';

/** Shows the page of an interaction, or takes what was pressed on it. */
export async function handleInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response);
  const asked = interaction.params['scope'];
  const scopes = typeof asked === 'string' ? asked : '';
  const is_login = interaction.prompt.name === 'login';
  if (request.method !== 'POST') {
    return showPage(response, is_login ? signInPage() : consentPage(scopes));
  }
  const form = new URLSearchParams(await bodyOf(request));
  const account = form.get('account');
  if (form.get('decision') === 'deny' || (is_login && account === null)) {
    const result = { error: 'access_denied', error_description: 'The person said no' };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  if (is_login) {
    return provider.interactionFinished(request, response, { login: { accountId: account ?? '' } });
  }
  const grant = new provider.Grant({
    accountId: interaction.session?.accountId ?? '',
    clientId: String(interaction.params['client_id']),
  });
  grant.addOIDCScope(scopes);
  const { resource } = interaction.params;
  if (typeof resource === 'string') grant.addResourceScope(resource, scopes);
  const grantId = await grant.save();
  return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
}

function signInPage(): string {
  const buttons = oauthAccounts.map((name) => `<button name="account" value="${name}">Sign in as ${name}</button>`);
  return `<h1>Sign in</h1><form method="post">${buttons.join(' ')} ${denyButton}</form>`;
}

function consentPage(scopes: string): string {
  const asked = scopes.split(' ').map((scope) => `<li>${scope.replaceAll(/[^\w.:/-]/g, '')}</li>`);
  const accept = '<button name="decision" value="accept">Accept</button>';
  return `<h1>Allow access</h1><ul>${asked.join('')}</ul><form method="post">${accept} ${denyButton}</form>`;
}

const denyButton = '<button name="decision" value="deny">Deny</button>';

function showPage(response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="en"><title>Test provider</title><body>${body}</body></html>`);
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}
