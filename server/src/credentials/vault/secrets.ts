// The fields of a record in the vault's table. Each function works in the caller's transaction; the tenant's vault was
// taken before it.
import type { DeleteSecrets, ReadSecrets, WriteSecrets } from './vault.ts';

export const writeSecrets: WriteSecrets = async (db, vault, { record_id, fields }) => {
  const { tenant_id } = vault;
  const rows = Object.entries(fields).map(([field, plaintext]) => ({
    tenant_id,
    record_id,
    field,
    sealed: vault.seal({ record_id, field }, plaintext),
  }));
  if (rows.length === 0) return;
  await db
    .insertInto('secret')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'record_id', 'field'])
        .doUpdateSet((update) => ({ sealed: update.ref('excluded.sealed') })),
    )
    .execute();
};

export const readSecrets: ReadSecrets = async (db, vault, record_id) => {
  const rows = await db
    .selectFrom('secret')
    .select(['field', 'sealed'])
    .where('tenant_id', '=', vault.tenant_id)
    .where('record_id', '=', record_id)
    .execute();
  return Object.fromEntries(rows.map(({ field, sealed }) => [field, vault.open({ record_id, field }, sealed)]));
};

export const deleteSecrets: DeleteSecrets = async (db, tenant_id, record_id) => {
  await db.deleteFrom('secret').where('tenant_id', '=', tenant_id).where('record_id', '=', record_id).execute();
};
