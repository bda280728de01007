// One row of a tenant in every table, each with a mark in its texts, written as the superuser: what another tenant must not
// see, change or end. A table that gets none is told by the test.
import { Client } from 'pg';

export interface FilledTenant {
  readonly tenant_id: string;
  readonly user_id: string;
  /** Stands in every text of the rows. */
  readonly mark: string;
}

/** Different in every row. */
const hash = `sha256(gen_random_uuid()::text::bytea)`;

/** By table, in the order in which they can be filled. `$1` is the tenant, `$2` its owner, `$3` the mark. */
const rows: Readonly<Record<string, string>> = {
  workspace: `(tenant_id, id, slug, name) values ($1, gen_random_uuid(), $3, $3)`,
  data_key: `(tenant_id, id, master_key_id, wrapped, created_at)
    values ($1, gen_random_uuid(), $3, ${hash}, now()) on conflict do nothing`,
  password: `(tenant_id, user_id, hash, changed_at) values ($1, $2, $3, now())`,
  session: `(tenant_id, id, user_id, token_hash, via, created_at, last_seen_at, expires_at)
    values ($1, gen_random_uuid(), $2, ${hash}, 'password', now(), now(), now() + interval '1 hour')`,
  invitation: `(tenant_id, id, email, name, role, token_hash, created_at, expires_at)
    values ($1, gen_random_uuid(), $3 || '@theirs.example', $3, 'member', ${hash}, now(), now() + interval '1 hour')`,
  sign_on: `(tenant_id, id, name, issuer, client_id, domains, role, created_at)
    values ($1, gen_random_uuid(), $3, 'https://issuer.example', $3, array[$3], 'member', now())`,
  sign_on_flow: `(tenant_id, state_hash, sign_on_id, browser_hash, sealed, redirect_uri, return_to, expires_at)
    select $1, ${hash}, id, ${hash}, ${hash}, $3, $3, now() + interval '1 hour' from sign_on where tenant_id = $1`,
  sign_on_subject: `(tenant_id, sign_on_id, subject, user_id)
    select $1, id, $3, $2 from sign_on where tenant_id = $1`,
  use_count: `(tenant_id, subject, window_at, used) values ($1, $3, now(), 1)`,
  variable: `(tenant_id, id, name, user_id, created_at, updated_at)
    values ($1, gen_random_uuid(), $3, $2, now(), now())`,
  oauth_client: `(tenant_id, id, provider, name, client_id, options, created_at)
    values ($1, gen_random_uuid(), 'github', $3, $3, '{}', now())`,
  credential: `(tenant_id, id, name, system, strategy, scope, user_id, status, account, created_at, updated_at)
    select $1, gen_random_uuid(), $3 || '-' || scope, 'service', 'token', scope, $2, 'ok', $3, now(), now()
    from (values ('private'), ('shared')) as scopes (scope)`,
  credential_choice: `(tenant_id, user_id, tool, credential_id, chosen_at)
    select $1, $2, $3, id, now() from credential where tenant_id = $1 and user_id = $2 and scope = 'private'`,
  secret: `(tenant_id, record_id, field, sealed)
    select $1, id, 'token', ${hash} from credential where tenant_id = $1 and user_id = $2`,
  oauth_flow: `(tenant_id, state_hash, kind, user_id, provider, options, sealed, redirect_uri, return_to, name, system,
      scope, scopes, created_at, expires_at)
    values ($1, ${hash}, 'code', $2, 'github', '{}', ${hash}, $3, $3, $3, 'github', 'private', '{}', now(),
      now() + interval '1 hour')`,
  ended_grant: `(tenant_id, id, system, provider, user_id, client_options, options, ended_at, next_at)
    values ($1, gen_random_uuid(), $3, 'github', $2, '{}', '{}', now(), now() + interval '1 hour')`,
  revocation_receipt: `(tenant_id, id, credential_id, system, user_id, outcome, at)
    values ($1, gen_random_uuid(), gen_random_uuid(), $3, $2, 'dead', now())`,
  interaction: `(tenant_id, id, kind, user_id, status, subject_hash, tool, tool_version, arguments_digest, details,
      call_id, created_at, expires_at)
    values ($1, gen_random_uuid(), 'approve', $2, 'pending', ${hash}, $3, $3, $3,
      jsonb_build_object('kind', 'approve', 'danger', 'high', 'description', $3, 'arguments', $3, 'four_eyes', true,
        'credential_name', $3), gen_random_uuid(), now(), now() + interval '1 hour')`,
  stored_file: `(tenant_id, id, user_id, name, media_type, size_bytes, sha256, created_at)
    values ($1, gen_random_uuid(), $2, $3, 'text/plain', 1, ${hash}, now())`,
  stored_file_chunk: `(tenant_id, file_id, place, bytes)
    select $1, id, 0, convert_to($3, 'UTF8') from stored_file where tenant_id = $1`,
  pack_setting: `(tenant_id, id, code, enabled, connection_type, remote_cluster_url, field_values, updated_at)
    values ($1, gen_random_uuid(), 'files', false, 'local', $3, jsonb_build_object('mark', $3), now())`,
  webhook_secret: `(tenant_id, id, created_at) values ($1, gen_random_uuid(), now()) on conflict do nothing`,
  webhook_delivery: `(tenant_id, id, interaction_id, kind, user_id, tool, call_id, host, url_digest, state, created_at)
    values ($1, gen_random_uuid(), gen_random_uuid(), 'approve', $2, $3, gen_random_uuid(), $3, $3, 'waiting', now())`,
  handoff: `(tenant_id, id, interaction_id, user_id, tool, client, slug, start_url, token_ms, restart_ms, output_schema,
      sealed_input, state, created_at, deadline_at)
    values ($1, gen_random_uuid(), gen_random_uuid(), $2, $3, $3, $3, $3, 1, 0, '{}', ${hash}, 'initial', now(),
      now() + interval '1 hour')`,
  handoff_log: `(tenant_id, handoff_id, seq, at, from_state, to_state)
    select $1, id, 1, now(), 'initial', 'started' from handoff where tenant_id = $1`,
  handoff_delivery: `(tenant_id, id, client, token_hash, status, next_at, created_at)
    values ($1, gen_random_uuid(), $3, ${hash}, 'refused', now(), now())`,
  mirror: `(tenant_id, id, source, identity, tools, refused, looked_at)
    values ($1, gen_random_uuid(), $3, $3, jsonb_build_array(jsonb_build_object('name', $3, 'state', 'quarantined',
      'hash', null, 'definition', null, 'seen_hash', $3, 'seen_definition', jsonb_build_object('name', $3))), '[]', now())`,
  definition: `(tenant_id, id, entity, name, body, created_at, updated_at, updated_by)
    values ($1, gen_random_uuid(), 'toolset', $3, json_build_object('description', $3, 'tools', '[]'::json), now(), now(), $2)`,
  approval_policy: `(tenant_id, id, tool, action, created_at) values ($1, gen_random_uuid(), $3, 'ask', now())`,
};

export async function fillTenant(superuser_url: string, tenant: FilledTenant): Promise<void> {
  const client = new Client({ connectionString: superuser_url });
  await client.connect();
  try {
    await client.query('set search_path to toolcrib, public');
    const values = [tenant.tenant_id, tenant.user_id, tenant.mark];
    for (const [table, text] of Object.entries(rows)) {
      // Every parameter has a type, used or not.
      await client.query(`with given as (select $1::uuid, $2::uuid, $3::text) insert into ${table} ${text}`, values);
    }
  } finally {
    await client.end();
  }
}
