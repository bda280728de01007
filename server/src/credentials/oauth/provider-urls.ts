// Fills the open places of a provider's definition: options in addresses, and what our own requests to it carry.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { compile } from './provider-faults.ts';
import type { Provider, ProviderOption } from './provider.ts';

export type Options = Readonly<Record<string, string>>;

const placeholder = /\{([a-z][a-z0-9_-]*)\}/g;
const web_address = /^(?:https:\/\/[^/?#\s]|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$))/;

/**
 * The address with its options; undefined when there is none, or when an option that it needs was left empty. Values that
 * are not a whole address stand in one place of the host or path and cannot leave it.
 */
export function fillAddress(address: string | undefined, options: Options): string | undefined {
  if (address === undefined) return undefined;
  let is_whole = true;
  const filled = address.replaceAll(placeholder, (written, name: string, offset: number) => {
    const value = options[name] ?? '';
    if (value === '') is_whole = false;
    if (offset > 0) return encodeURIComponent(value).replaceAll('%3A', ':');
    return written === address ? value : value.replace(/\/$/, '');
  });
  // An option may be a whole address: what it is then is checked here, where it becomes one.
  return is_whole && web_address.test(filled) && URL.canParse(filled) ? filled : undefined;
}

/** A text with placeholders, as it is. */
export function fillText(text: string, values: Options): string {
  return text.replaceAll(placeholder, (written, name: string) => values[name] ?? written);
}

/** What is picked when a connection is made: by the registration, else by the person, else the default. */
export function pickOptions(
  { options }: Provider,
  { client, person }: { readonly client: Options; readonly person: Options },
): Options {
  const picked: Record<string, string> = {};
  for (const option of options) {
    // What the registration has said is not said otherwise by a person: our secret goes there.
    const value =
      client[option.name] ?? (option.set_by === 'person' ? person[option.name] : undefined) ?? option.default;
    if (value !== undefined && value !== '') picked[option.name] = value;
  }
  return picked;
}

/** Throws `body_invalid` unless these are values for options of this provider; `of` says whose to set they are. */
export function checkOptions(
  provider: Provider,
  given: Options,
  { of, path, complete }: { readonly of: 'client' | 'person'; readonly path: string; readonly complete: boolean },
): void {
  const faults = optionFaultsOf(provider, given, { of, path, complete });
  if (faults.length === 0) return;
  throw new ToolcribError('body_invalid', { params: { problem: 'its options do not fit the provider' }, faults });
}

function optionFaultsOf(
  { options }: Provider,
  given: Options,
  { of, path, complete }: { readonly of: 'client' | 'person'; readonly path: string; readonly complete: boolean },
): readonly Fault[] {
  const settable = options.filter(({ set_by }) => of === 'client' || set_by === 'person');
  const unknown = Object.keys(given)
    .filter((name) => !settable.some((option) => option.name === name))
    .map((name): Fault => ({ path: `${path}.${name}`, message: 'is no option that can be given here' }));
  const wrong = settable.flatMap((option): readonly Fault[] => {
    const value = given[option.name] ?? '';
    if (value !== '') return fits(option, value) ? [] : [{ path: `${path}.${option.name}`, message: 'is not allowed' }];
    const is_missing = complete && option.set_by === of && option.required && option.default === undefined;
    return is_missing ? [{ path: `${path}.${option.name}`, message: 'is missing', hint: option.title }] : [];
  });
  return [...unknown, ...wrong];
}

function fits({ pattern }: ProviderOption, value: string): boolean {
  return value.length <= 500 && !/[\s\p{C}]/u.test(value) && compile(pattern)?.test(value) === true;
}
