// The option with which a command names the configuration file, and the configuration as its words give it.
import { readConfig } from '../base/config.ts';
import type { Config } from '../base/settings.ts';
import type { CommandInput, Option } from './command.ts';

export const configOption: Option = {
  value: 'FILE',
  description: 'Configuration file; by default toolcrib.yaml, if it is there',
};

/** Throws `config_invalid` with every fault. */
export function configOf({ options, lists }: CommandInput): Config {
  return readConfig({ file: options['config'], options: { ...options, ...lists } });
}
