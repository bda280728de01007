// The secret variables that an entity names, and the fault of naming one where nothing fills it in.
import { tell } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { joinPath } from './located.ts';
import type { Located, LocatedMap } from './located.ts';
import { isSecretText, namesSecret, neededSecrets } from './secret-text.ts';

interface VariablesOf {
  readonly fields: LocatedMap;
  /** Path of the entity. */
  readonly path: string;
  /** Fields whose texts may name variables. */
  readonly allowed: readonly string[];
}

/** Names of the variables that every call needs; undefined when none is named. Tells what is wrong. */
export function readVariables(
  { fields, path, allowed }: VariablesOf,
  decoding: Decoding,
): readonly string[] | undefined {
  const needed = new Set<string>();
  let named = false;
  const visit = (node: Located, at: string, takes: boolean): void => {
    if (node.kind === 'list') node.items.forEach((item, index) => visit(item, joinPath(at, [index]), takes));
    else if (node.kind === 'map') {
      // What is said of a tool, for people and models, may speak of variables.
      for (const [key, { value }] of node.entries) {
        if (key !== 'description') visit(value, joinPath(at, [key]), takes);
      }
    } else if (typeof node.value === 'string' && namesSecret(node.value)) {
      named = true;
      for (const name of neededSecrets(node.value)) needed.add(name);
      if (!takes) {
        const hint = allowed.length === 0 ? undefined : `Here they can stand in: ${allowed.join(', ')}.`;
        tell(decoding, node.place, { path: at, message: 'secret variables are not filled in here', hint });
      } else if (!isSecretText(node.value)) {
        const message = 'a secret variable is written ${secret.NAME} or ${secret.NAME:default}';
        tell(decoding, node.place, { path: at, message });
      } else if (node.value.includes('${credential.')) {
        const message = "a value has the caller's credential or secret variables, not both";
        tell(decoding, node.place, { path: at, message });
      }
    }
  };
  for (const [key, { value }] of fields.entries) {
    if (key !== 'description') visit(value, joinPath(path, [key]), allowed.includes(key));
  }
  return named ? [...needed].toSorted() : undefined;
}
