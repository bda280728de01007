// Which tokens a tool asks for, as surfaces tell their clients.
import type { Tool } from './tool.ts';

export interface NeededTokens {
  /** Auth services of which one must vouch for the caller. */
  readonly required: readonly string[];
  /** Auth services whose claims fill a parameter in, by the parameter. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

/** Undefined for a tool that asks for none. */
export function neededTokens({ auth, parameters }: Pick<Tool, 'auth' | 'parameters'>): NeededTokens | undefined {
  if (auth === undefined) return undefined;
  const filled = parameters.flatMap(({ name, filled_from }) =>
    filled_from?.kind === 'claims' ? [[name, filled_from.claims.map(({ service }) => service)] as const] : [],
  );
  return { required: auth.required, parameters: Object.fromEntries(filled) };
}
