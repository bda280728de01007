// Who may use a credential at all: its owner, and everybody of the tenant when it is shared. Written here once, for what is
// in memory and for the database.
import type { ExpressionBuilder } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { CredentialFacts } from './credential.ts';

export function mayUse({ scope, user_id }: Pick<CredentialFacts, 'scope' | 'user_id'>, person_id: string): boolean {
  return scope === 'shared' || user_id === person_id;
}

/** The same as a condition, beside the tenant. */
export function usableBy(person_id: string) {
  return (eb: ExpressionBuilder<Pick<Schema, 'credential'>, 'credential'>) =>
    eb.or([eb('credential.user_id', '=', person_id), eb('credential.scope', '=', 'shared')]);
}
