// The forms by which a person gives an account by hand: which fields they have, and what was filled into them.
import type { Interaction } from '../../../interactions/find-interactions.ts';
import type { GivenAccount } from '../../../interactions/connect-account.ts';
import type { GivenStrategy } from '../../../credentials/secret-fields.ts';
import type { Provider, Providers } from '../../../credentials/oauth/provider.ts';
import type { RegisteredClient } from '../../../credentials/oauth/choose-client.ts';
import { systemOf, systemWith } from '../../../credentials/oauth/provider.ts';

export interface AccountField {
  readonly name: string;
  readonly title: string;
  readonly secret: boolean;
}

/** One form: one way of giving an account of one system. */
export interface AccountForm {
  /** Stands in the ids of its inputs and comes back with it. */
  readonly key: string;
  readonly system: string;
  readonly strategy: GivenStrategy;
  readonly title: string;
  readonly help: string | undefined;
  readonly help_url: string | undefined;
  /** Absent: the person names them. */
  readonly fields: readonly AccountField[] | undefined;
}

/** A provider that gives an account by OAuth. */
export interface OauthWay {
  readonly system: string;
  readonly provider: string;
  readonly title: string;
  /** The registration that it is connected with, where only that one gives such an account. */
  readonly oauth_client_id?: string;
}

export interface Ways {
  readonly forms: readonly AccountForm[];
  readonly oauth: readonly OauthWay[];
}

/** Fields that a person names, where nobody has said which there are. */
export const own_fields = 4;

/** Every way that an interaction asks for, by what is known of the providers. */
export function waysOf({ details }: Interaction, providers: Providers, clients: readonly RegisteredClient[]): Ways {
  if (details.kind !== 'connect') return { forms: [], oauth: [] };
  const forms: AccountForm[] = [];
  const oauth: OauthWay[] = [];
  for (const { system, strategies } of details.systems) {
    const known = [...providers.values()].filter((provider) => systemOf(provider) === system);
    for (const strategy of strategies) {
      if (strategy === 'oauth2') {
        const able = known.filter((provider) => provider.oauth !== undefined);
        oauth.push(...able.map(({ name, title }) => ({ system, provider: name, title })));
        oauth.push(...waysWith(clients, { system, providers }));
      } else forms.push(formOf({ key: `f${forms.length}`, system, strategy }, known));
    }
  }
  return { forms, oauth };
}

/** Registrations at providers of which each gives a kind of account of its own. */
function waysWith(
  clients: readonly RegisteredClient[],
  { system, providers }: { readonly system: string; readonly providers: Providers },
): readonly OauthWay[] {
  return clients.flatMap(({ id, provider: name, options, name: title }): readonly OauthWay[] => {
    const provider = providers.get(name);
    if (provider?.system_option === undefined || systemWith(provider, options) !== system) return [];
    return [{ system, provider: name, title, oauth_client_id: id }];
  });
}

const usual: Readonly<Record<GivenStrategy, Pick<AccountForm, 'title' | 'fields'>>> = {
  token: { title: 'Token', fields: [{ name: 'token', title: 'Token', secret: true }] },
  username_password: {
    title: 'User name and password',
    fields: [
      { name: 'user', title: 'User name', secret: false },
      { name: 'password', title: 'Password', secret: true },
    ],
  },
  custom: { title: 'Fields of its own', fields: undefined },
};

function formOf(form: Pick<AccountForm, 'key' | 'system' | 'strategy'>, providers: readonly Provider[]): AccountForm {
  const described = providers
    .flatMap(({ strategies }) => strategies)
    .find(({ strategy }) => strategy === form.strategy);
  const { title, fields } = usual[form.strategy];
  return {
    ...form,
    title: described?.title ?? title,
    help: described?.help,
    help_url: described?.help_url,
    fields: described !== undefined && described.fields.length > 0 ? described.fields : fields,
  };
}

/** What was filled in; undefined when the form is none of these. */
export function readAccount(ways: Ways, given: URLSearchParams): GivenAccount | undefined {
  const form = ways.forms.find(({ key }) => key === given.get('form'));
  if (form === undefined) return undefined;
  const value = (name: string): string => given.get(inputName(form, name)) ?? '';
  const fields =
    form.fields?.map(({ name }) => [name, value(name)] as const) ??
    Array.from({ length: own_fields }, (_, index) => [value(`name${index}`).trim(), value(`value${index}`)] as const);
  return {
    system: form.system,
    strategy: form.strategy,
    name: value('credential').trim() || form.system,
    scope: given.get('shared') === 'yes' ? 'shared' : 'private',
    fields: Object.fromEntries(fields.filter(([name]) => name !== '')),
    again: given.get('again') === 'yes',
  };
}

export function inputName({ key }: AccountForm, name: string): string {
  return `${key}.${name}`;
}
