-- The audit says how a request proved itself, whose credential a call used and why.
alter table audit_call rename column key_id to via_id;
alter table audit_call add column via text not null default 'api_key' check (via in ('api_key', 'session'));
alter table audit_call alter column via drop default;
alter table audit_call add column credential_id uuid;
alter table audit_call add column rule text;
alter table audit_call add column interaction_id uuid;
alter table audit_call drop constraint audit_call_outcome_check;
alter table audit_call add constraint audit_call_outcome_check check (outcome in ('ok', 'error', 'interaction'));

alter table audit_change rename column key_id to via_id;
alter table audit_change add column via text not null default 'operator' check (via in ('api_key', 'session', 'operator'));
alter table audit_change alter column via drop default;
