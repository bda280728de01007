// One auth service of a configuration file: its kind, and the kind's own fields.
import type { AuthServiceKind } from './auth-service.ts';
import { decodeByKind } from './decode-entity.ts';
import type { Decoded, KindDefinition } from './decode-entity.ts';
import type { Environment } from './decoding.ts';
import type { Entity } from './split-entities.ts';

export type AuthServiceDefinition = KindDefinition<AuthServiceKind>;

export interface AuthServiceDecoding {
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: readonly AuthServiceKind[];
}

/** Decodes an auth service without opening it. */
export function decodeAuthService(entity: Entity, options: AuthServiceDecoding): Decoded<AuthServiceDefinition> {
  return decodeByKind(entity, options);
}
