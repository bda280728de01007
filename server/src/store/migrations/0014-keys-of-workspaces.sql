-- A key works in one workspace: its calls have the settings of that one.

-- Null: `main`. A workspace goes only after its keys have ended and left it (identity/workspaces.ts): no key that is in use
-- ever finds itself in another one.
alter table api_key add column workspace_id uuid;
alter table api_key add foreign key (tenant_id, workspace_id) references workspace (tenant_id, id);
create index api_key_workspace_id_idx on api_key (tenant_id, workspace_id) where workspace_id is not null;
