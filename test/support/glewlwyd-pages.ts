// glewlwyd's own pages, as a person with a browser uses them, and what our server has to know of it as a provider.
import type { Page } from 'playwright-core';
import type { OtherProvider } from './connect-world.ts';
import type { Glewlwyd } from './glewlwyd.ts';

/** From our page about the connection to its sign-in page. */
export async function goToGlewlwyd(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.click('main form button');
  await page.waitForURL('**/login.html?**');
}

export async function signInAtGlewlwyd(page: Page, { password }: Glewlwyd, account: string): Promise<void> {
  await page.fill('#username', account);
  await page.fill('#password', password);
  await page.click('#loginbut');
  await page.getByText(`Hello ${account}`).waitFor();
}

/** Ticks the scopes (`openid` is ticked, and not to be unticked) and saves that. */
export async function giveScopes(page: Page, scopes: readonly string[]): Promise<void> {
  for (const scope of scopes) await page.check(`#grant-${scope}`);
  await page.getByRole('button', { name: 'Grant access' }).click();
  await page.getByText('Connection to Toolcrib').waitFor();
}

/** Back to us. Its page offers it with and without scopes given. */
export async function goOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Takes back everything that it has given to anybody in the person's name. */
export async function disconnectAllTokens(page: Page): Promise<void> {
  await page.click('#logoutDropdown');
  await page.getByText('Disconnect all tokens', { exact: true }).click();
  await page.getByText('Disconnect successfull').waitFor();
}

/** As a provider of ours; `authorize_parameters` as YAML. */
export function glewlwydAs(name: string, provider: Glewlwyd, authorize_parameters = '{}'): OtherProvider {
  const { issuer, endpoints, client_id, client_secret } = provider;
  const definition = `name: ${name}
title: Glewlwyd
oauth:
  issuer: ${issuer}
  iss_required: true
  authorize_url: ${endpoints.authorization}
  token_url: ${endpoints.token}
  userinfo_url: ${endpoints.userinfo}
  revoke_url: ${endpoints.revocation}
  client_auth: basic
  scopes:
    - { name: openid, title: Know who you are, always: true }
    - { name: email, title: See your e-mail address, default: true }
    - { name: repo, title: See repositories }
  authorize_parameters: ${authorize_parameters}
  token_answer: { without_error: invalid_grant }
  refresh: { rotates: true }
account: { at: [/email, /sub] }
revocation: { by_hand: Take the grant back there. }
`;
  return { name, definition, client_id, client_secret };
}
