// What the schema of a provider's definition cannot say: what belongs together, and placeholders that mean something.
import type { Provider } from './provider.ts';

export interface ProviderFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Filled in beside the options, in described requests. */
const given_names: ReadonlySet<string> = new Set(['client_id', 'client_secret', 'access_token', 'refresh_token']);
const placeholder = /\{([A-Za-z][\w-]*)\}/g;

export function providerFaults(provider: Provider): readonly ProviderFault[] {
  return [
    ...optionFaults(provider),
    ...oauthFaults(provider),
    ...strategyFaults(provider),
    ...placeholderFaults(provider),
  ];
}

function optionFaults({ options }: Provider): readonly ProviderFault[] {
  return options.flatMap(({ name, pattern, default: preset }, index): readonly ProviderFault[] => {
    const path = ['options', index];
    if (given_names.has(name)) return [{ path: [...path, 'name'], message: `"${name}" has a meaning of its own` }];
    if (options.findIndex((other) => other.name === name) < index) {
      return [{ path: [...path, 'name'], message: `there are two options "${name}"` }];
    }
    const compiled = compile(pattern);
    if (compiled === undefined) return [{ path: [...path, 'pattern'], message: 'is no regular expression' }];
    if (preset === undefined || compiled.test(preset)) return [];
    return [{ path: [...path, 'default'], message: 'does not match the pattern' }];
  });
}

/** Matches whole values; undefined when it is no regular expression. */
export function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return undefined;
  }
}

function oauthFaults({ oauth }: Provider): readonly ProviderFault[] {
  if (oauth === undefined) return [];
  const faults: ProviderFault[] = [];
  if (oauth.discovery && oauth.issuer === undefined) {
    faults.push({ path: ['oauth', 'issuer'], message: 'discovery needs an issuer' });
  }
  if (oauth.iss_required && oauth.issuer === undefined) {
    faults.push({ path: ['oauth', 'issuer'], message: 'iss_required needs an issuer' });
  }
  for (const name of ['authorize_url', 'token_url'] as const) {
    if (!oauth.discovery && oauth[name] === undefined) {
      faults.push({ path: ['oauth', name], message: 'is missing; only with discovery it can be left out' });
    }
  }
  for (const [index, { name }] of oauth.scopes.entries()) {
    if (oauth.scopes.findIndex((other) => other.name === name) < index) {
      faults.push({ path: ['oauth', 'scopes', index, 'name'], message: `there are two scopes "${name}"` });
    }
  }
  const own = [
    'client_id',
    'redirect_uri',
    'response_type',
    'state',
    'nonce',
    'code_challenge',
    'code_challenge_method',
  ];
  for (const name of [...own, 'scope', oauth.scope_parameter]) {
    if (!Object.hasOwn(oauth.authorize_parameters, name)) continue;
    faults.push({ path: ['oauth', 'authorize_parameters', name], message: 'is set by every request itself' });
  }
  return faults;
}

function strategyFaults({ oauth, strategies }: Provider): readonly ProviderFault[] {
  if (oauth === undefined && strategies.length === 0) {
    return [{ path: ['strategies'], message: 'neither oauth nor another way to give an account is described' }];
  }
  return strategies.flatMap(({ strategy, fields }, index): readonly ProviderFault[] => {
    if ((strategy === 'custom') === fields.length > 0) return [];
    const message = strategy === 'custom' ? 'custom needs fields' : `${strategy} has fields of its own`;
    return [{ path: ['strategies', index, 'fields'], message }];
  });
}

function placeholderFaults(provider: Provider): readonly ProviderFault[] {
  const options = new Set(provider.options.map(({ name }) => name));
  const { oauth, account, alive, revocation } = provider;
  const of_oauth: readonly (readonly [readonly string[], unknown])[] = [
    ...([
      'issuer',
      'authorize_url',
      'token_url',
      'device_url',
      'userinfo_url',
      'revoke_url',
      'resource',
      'authorize_parameters',
    ] as const),
  ].map((name) => [['oauth', name], oauth?.[name]]);
  const of_requests: readonly (readonly [readonly string[], unknown])[] = [
    [['account', 'request'], account?.request],
    [['alive'], alive],
    [['revocation', 'request'], revocation.request],
  ];
  return [
    ...of_oauth.flatMap(([path, value]) => unknownIn(path, value, (name) => options.has(name))),
    ...of_requests.flatMap(([path, value]) =>
      unknownIn(path, value, (name) => options.has(name) || given_names.has(name)),
    ),
  ];
}

function unknownIn(
  path: readonly string[],
  value: unknown,
  is_known: (name: string) => boolean,
): readonly ProviderFault[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => unknownIn([...path, name], inner, is_known));
  }
  if (typeof value !== 'string') return [];
  return [...value.matchAll(placeholder)].flatMap(([written, name = '']) =>
    is_known(name) ? [] : [{ path, message: `"${written}" is no option of this provider` }],
  );
}
