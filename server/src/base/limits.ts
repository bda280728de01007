// Every limit of the product with its reason. Nothing is unbounded; what an operator may change is read by config.ts.

export const limits = {
  /** Request bodies. Tool arguments are small; a megabyte is an accident or an attack. */
  body_bytes: 1024 * 1024,
  /** A sign-in with a browser lasts a working week at most, and a day without use. */
  session_ms: 7 * 24 * 60 * 60_000,
  session_idle_ms: 24 * 60 * 60_000,
  /** Ended sessions are shown and kept this long, then removed with the next sign-in of the person. */
  session_kept_ms: 30 * 24 * 60 * 60_000,
  /** Length of a password: the shorter ones are guessed (NIST SP 800-63B), the longer ones are no passwords. */
  password_characters: 12,
  password_bytes: 1024,
  /** argon2id: what OWASP's Password Storage Cheat Sheet asks for at least; some 50 ms. Older hashes are renewed at sign-in. */
  password_memory_kib: 19 * 1024,
  password_passes: 2,
  /** Password hashes computed at once, in threads that files and names of hosts need too; each takes the memory above. */
  password_hashes: 2,
  /** Sign-ins that wait for such a place: two seconds of work. Above it they are refused at once. */
  password_queue: 64,
  /** Attempts to sign in with a password that may fail in a window of time: guessing one needs far more. */
  sign_in_window_ms: 15 * 60_000,
  sign_in_failures_person: 10,
  sign_in_failures_tenant: 500,
  /** How long the link of an invitation can be used. */
  invitation_ms: 7 * 24 * 60 * 60_000,
  /** Invitations of a tenant that wait at once. */
  invitations: 1_000,
  /** Single sign-on: sign-ins that are begun in a minute, over all processes, and how long one may take. */
  sign_on_begun: 600,
  sign_on_ms: 10 * 60_000,
  /** Sign-ons of a tenant: as many buttons as fit on the sign-in page. */
  sign_ons: 10,
  /** One request to an issuer while a person waits. */
  sign_on_request_ms: 10_000,
  /** Members of a tenant, service accounts included. */
  members: 10_000,
  workspaces: 1_000,
  /** Where to go after signing in: the address of a page of ours. */
  return_path_characters: 2_000,
  /** The window in which the uses of a key are counted. */
  use_window_ms: 60_000,
  /** A process takes a tenth of a bound at a time, so that a call asks no database, and no more than that lies idle in it. */
  use_portions: 10,
  /** Bounds of which a process holds a portion at once. */
  use_leases: 10_000,
  /** Counts of windows that are over are removed this often. */
  use_forget_ms: 10 * 60_000,
  /** How long a person may take at a provider, from our page to the way back. */
  oauth_flow_ms: 15 * 60_000,
  /** How often the command line looks whether the account is there. */
  connect_poll_ms: 1_500,
  /** Connections that one person may have under way: more are an accident or an attack. */
  oauth_flows: 20,
  /** Scopes of one connection. */
  oauth_scopes: 100,
  /** OAuth clients of one tenant, and of one person: apart, so that no member takes the places of the tenant's. */
  oauth_clients: 500,
  oauth_clients_per_person: 20,
  /** One request to an OAuth provider: a person waits for it. */
  provider_request_ms: 15_000,
  /** Metadata of OAuth providers: how long they are used before they are read again, and of how many they are kept. */
  provider_metadata_ms: 10 * 60_000,
  provider_metadata: 200,
  /** A form of one of our pages. */
  form_bytes: 64 * 1024,
  /** How long a browser of another origin's page keeps what it was allowed: a change of the setting counts after it. */
  cors_preflight_s: 600,
  /** Request headers: Node's own bound, stated. */
  header_bytes: 16 * 1024,
  /** Time for a client to send its whole request (slow-loris). */
  request_receive_ms: 30_000,
  /** JSON nesting of a request body: deeper is refused before it can exhaust a stack. */
  json_depth: 64,

  /** One configuration file: a thousand tools fit in half of it. */
  config_file_bytes: 1024 * 1024,
  /** Configuration files of one folder. */
  config_files: 1_000,
  /** Values of one YAML document with its aliases followed: what an alias bomb would multiply. */
  config_values: 100_000,
  config_aliases: 1_000,
  /** Nesting of one YAML document. */
  config_depth: 32,
  /** Sources, tools and others of one file. */
  config_entities: 10_000,
  /** Faults of one file that belong to none of them. */
  config_file_faults: 1_000,
  /**
   * A text up to this size is parsed where the calls run: it takes 10 ms, or 0.2 s when it was made to be slow. A larger
   * one is parsed in a thread of its own: a file of the largest size takes half a second, or 13 s.
   */
  config_inline_bytes: 16 * 1024,
  /** Time and memory of the thread that parses one file: no file that a person would write needs a tenth of them. */
  config_parse_ms: 15_000,
  config_parse_mib: 1_024,
  /** Values that are taken over from that thread at once: a few milliseconds of work. */
  config_portion_values: 2_000,
  /** How long a change of a file must last before it is read: writing it takes time, and editors remove it meanwhile. */
  reload_settle_ms: 100,
  /** How long a reload waits for further files that are being changed. */
  reload_wait_ms: 500,
  /** Files are looked at this often, for file systems that do not tell of changes: one second after a change it counts. */
  reload_poll_ms: 500,
  /** Loading gives way to calls after this much work at a time. */
  work_slice_ms: 5,
  /** Faults told of one document, entity or call: enough to mend, too few to flood. */
  faults: 100,
  /** Faults that one line of the log holds. */
  faults_logged: 20,
  /** Characters of a refused value that a fault repeats. */
  echo_characters: 40,
  /** Characters of a path in a fault. */
  path_characters: 200,
  /** One prompt. */
  prompt_messages: 100,
  prompt_characters: 100_000,
  /** A resource is read into memory as a whole. */
  resource_bytes: 1024 * 1024,
  resource_bytes_max: 16 * 1024 * 1024,
  /** Auth services that one tool names. */
  tool_auth_services: 16,
  /** Parameters of one tool. */
  tool_parameters: 256,
  /** Values of one list of allowed or excluded ones: what a model can still read. */
  parameter_values: 1_000,
  /** Characters of a regular expression. */
  pattern_characters: 1_000,
  /** Instructions that a regular expression compiles to; `[a-z]{1,100}` has 202. */
  pattern_instructions: 1_000,
  /** Characters times instructions that the regular expressions of one call may take: 0.15 s at the very worst. */
  pattern_steps: 4_000_000,
  /** Places to which the matching of a regular expression may have to go back: each is an object in memory. */
  pattern_choices: 100_000,
  /** Schemas of one JSON Schema: what a large operation of a large API has, ten times over. */
  schema_nodes: 10_000,
  /** Schemas within each other as they are written; groups of a regular expression likewise. */
  schema_depth: 64,
  /** Schemas within each other while a value is checked: references multiply the depth, and the stack ends. */
  schema_check_depth: 400,
  /** Steps of one check against a JSON Schema: a megabyte of small values takes half of them; 0.2 s at the worst. */
  schema_steps: 1_000_000,
  /** What finding the words of one fault counts as. */
  schema_fault_steps: 200,

  /** An OpenAPI document: the largest public ones have some megabytes. */
  openapi_bytes: 16 * 1024 * 1024,
  /** The same when it comes over the API, or from a URL while a person waits. */
  openapi_fetched_bytes: 4 * 1024 * 1024,
  /** Time and memory of a thread that reads one in YAML, and such threads at once. */
  openapi_parse_ms: 20_000,
  openapi_parse_mib: 1_024,
  openapi_threads: 2,
  /** Inspections of one tenant at once: each may hold one of those threads. */
  openapi_inspections: 1,
  /** Operations that one source brings as tools: a model is lost among more. */
  openapi_operations: 200,
  /** Operations that an inspection lists. */
  openapi_listed: 2_000,
  /** Schemas of one operation: what a large one has, several times over. */
  openapi_schemas: 4_000,
  /** References that lead to a reference. */
  openapi_references: 20,
  /** A description, a title, and the name of a tool: the longest that models' interfaces take. */
  openapi_words_characters: 2_000,
  openapi_title_characters: 200,
  openapi_name_characters: 64,

  /** Tenants whose catalogue is remembered, and tools of their own in all of them; the one put together first makes room. */
  tenant_catalogues: 10_000,
  tenant_catalogue_tools: 100_000,
  /** Log lines that wait for whoever reads standard error; above it they are lost and counted. */
  log_buffer_bytes: 1024 * 1024,
  /** Packs of one server; their folders are nested at most this deep, as are the folders of one pack. */
  packs: 500,
  pack_depth: 8,
  /** Files of one pack, and all of them together: they are kept in memory. */
  pack_files: 500,
  pack_bytes: 8 * 1024 * 1024,
  /** Settings, tools and settings endpoints of one pack. */
  pack_fields: 50,
  pack_tools: 500,
  pack_routes: 50,
  /** A description in a manifest. */
  pack_text_characters: 4_000,
  /** One value of a setting: a key in PEM has a few kilobytes. */
  pack_setting_characters: 16 * 1024,
  /** Requests to settings endpoints of packs that one tenant may have under way, per process. */
  pack_route_calls: 16,
  /** An address or an id of a remote connection. */
  pack_connection_characters: 2_000,
  /** Loading the modules of one pack: they should do nothing but define. */
  pack_load_ms: 10_000,
  /** How often a process looks whether the operator has changed a setting of a pack. */
  pack_settings_poll_ms: 2_000,
  /** Tenants whose settings of packs are remembered. */
  pack_tenants: 10_000,
  /** A message with which a function of a pack fails, as callers see it. */
  tool_error_characters: 1_000,
  /** Sources, tools and toolsets that one tenant defines over the API: they are compiled together. */
  definitions: 500,
  /** One of them: an OpenAPI document is the largest. And all of a tenant together. */
  definition_bytes: 512 * 1024,
  definitions_bytes: 4 * 1024 * 1024,
  /** Checks of definitions of one tenant that wait: they are made one after the other. */
  definition_queue: 16,
  /** How often a change of a definition is checked again because another came in between. */
  definition_tries: 5,
  /** How deep calls of tools by tools may go: more is a tool that calls itself. */
  call_depth: 5,
  /** One call of a tool, unless the tool says otherwise. */
  call_timeout_ms: 30_000,
  /** The longest time a tool may give itself. */
  call_timeout_max_ms: 15 * 60_000,
  /** Rows of one answer: what a model can still read. */
  result_rows: 1_000,
  /** Bytes of one answer's rows as JSON text. */
  result_bytes: 1024 * 1024,
  /** The most that a tool may ask for. */
  result_rows_max: 100_000,
  result_bytes_max: 16 * 1024 * 1024,
  /** Rows that a continued call passes over at most: the database makes them all again. */
  cursor_rows: 1_000_000,
  /** Calls of one tool at once, per process. */
  tool_concurrency: 64,
  /** Calls of one tenant at once, per process. */
  tenant_concurrency: 256,
  /** How long a call waits for a place before it is refused. */
  concurrency_wait_ms: 5_000,

  /** Connections per PostgreSQL source. Few, because statements are pipelined on them. */
  source_connections: 8,
  /** Time to open a connection to a source. */
  source_connect_ms: 5_000,
  /** After a failed connection: the wait before the next attempt doubles from the first to the second. */
  source_backoff_first_ms: 100,
  source_backoff_last_ms: 5_000,
  /** A connection that has had nothing to do for this long is closed. */
  source_idle_ms: 5 * 60_000,
  /** A connection is replaced after this long, with whatever memory the server has gathered for it. */
  source_age_ms: 30 * 60_000,
  /** Statements prepared on one connection at once; the oldest is forgotten. */
  source_statements: 500,
  /** Quick statements that may be under way on one connection. */
  source_pipeline: 32,
  /** Quick statements that share a connection although another is idle: as many as are done within the time. */
  source_together: 8,
  source_together_ms: 1,
  /** A statement quicker than this on average is quick: others may wait behind it. */
  source_quick_ms: 5,
  /** Calls behind a statement that takes longer than this are moved to another connection. */
  source_stuck_ms: 20,
  /** A cancel request that has had no effect is repeated after this long. */
  source_cancel_again_ms: 250,
  /** A server that is PostgreSQL 14 or later looks this often whether a running statement's client is still there. */
  source_check_client_ms: 5_000,
  /** Calls that wait for a connection of one source: above it, they are refused at once. */
  source_queue: 4_096,
  /** Settings of one source's sessions: they are sent with every call. */
  session_settings: 16,
  /** Accounts of callers that have one source open at once; the one used longest ago makes room. */
  caller_accounts: 100,
  /** A kind of account: the name of a service or of a source. */
  credential_system_characters: 100,
  /** The addresses of a tenant in a kind of account, written out up to here and as a hash beyond: the kind's own name fits beside. */
  credential_mark_characters: 80,
  /** Systems and OAuth scopes that one source asks for. */
  credential_systems: 20,
  credential_scopes: 50,
  /** People whose credentials are remembered, with the plans of the tools that each has called lately. */
  known_people: 50_000,
  plans_per_person: 100,
  /** Credentials whose sealed fields are remembered. */
  sealed_credentials: 20_000,
  /** How exact a credential's "last used" is, and how long after a use it is written. */
  credential_used_ms: 60_000,
  credential_noted_ms: 5_000,
  /** Credentials of one person: several for each of many services. */
  credentials_per_person: 200,
  /** Secrets of one credential, and one of them: a key in PEM has a few kilobytes. */
  credential_fields: 20,
  credential_field_bytes: 16 * 1024,
  /** Entries of one list of credentials or of choices; nobody comes near. */
  credentials_listed: 2_000,
  choices_listed: 2_000,
  /** Testing one credential, with every source that takes it, of which at most so many are asked. */
  credential_test_ms: 10_000,
  credential_test_sources: 5,
  /** Credentials that a person is asked to choose from. */
  credential_candidates: 100,
  /** Connections of one caller's account: most callers make one call at a time. */
  caller_connections: 2,
  /** Bytes read past the limits of a read-only answer before its connection is given up. */
  source_drop_bytes: 64 * 1024 * 1024,
  /** The longest message of a server that is kept whole, rows not counted. */
  source_message_bytes: 1024 * 1024,
  /** SQLite: processes that read one database at once, beside the one that writes. */
  sqlite_readers: 3,
  /** Records asked of Neo4j at once: what is read for nothing when an answer is cut, and the memory of one call. */
  neo4j_fetch_rows: 200,
  /** A reading Cypher statement is sent again this often after a lost connection or a passing error. */
  neo4j_retries: 2,
  /** A connection to Neo4j whose server has not ended what it ran this long after it was told to is given up. */
  neo4j_reset_ms: 2_000,
  /** A connection to Neo4j that was idle for longer is asked whether it lives before it is used. */
  neo4j_liveness_ms: 30_000,
  /** Nodes and relationships looked at to tell which properties a label has. */
  neo4j_schema_sample: 1_000,
  /** Characters of one statement: no person writes a longer one. */
  statement_characters: 64 * 1024,
  /** Statements kept of one tool with template parameters: one for each combination of values. */
  template_statements: 100,
  /** Sessions of one Spanner source, each with one call at a time; what waits longer is told by the call's own deadline. */
  spanner_sessions: 100,
  /** A session unused for longer is not used again: Spanner forgets it after an hour. */
  spanner_session_idle_ms: 50 * 60_000,
  /** One piece of an answer of Spanner: a value has at most 10 MiB, and its JSON text is longer. */
  spanner_message_bytes: 64 * 1024 * 1024,
  /** After an aborted transaction: the wait before the next attempt doubles from the first to the second. */
  spanner_retry_first_ms: 10,
  spanner_retry_last_ms: 1_000,
  /** Outgoing HTTP: looking up a name, opening the connection and agreeing on TLS. */
  http_connect_ms: 5_000,
  /** One outgoing request with its whole answer, unless whoever sends it says otherwise. */
  http_request_ms: 30_000,
  /** How often one call asks a remote service, where asking again is safe: a short failure is over by then. */
  remote_attempts: 3,
  /** The wait before the second attempt, doubled for the third; half of it is random, so that callers do not come together. */
  remote_backoff_ms: 250,
  /** What the envelope of a remote service's answer takes beside the result. */
  remote_envelope_bytes: 16 * 1024,
  /** Calls in a row that must fail before a remote service is left alone, and for how long: doubled up to the second. */
  remote_breaker_failures: 5,
  remote_rest_first_ms: 5_000,
  remote_rest_last_ms: 60_000,
  /** Failing connections that are remembered; the one that failed first makes room. */
  remote_breakers: 10_000,
  /** What a remote service may say of an error: a sentence or two; details that a program reads. */
  service_message_characters: 500,
  service_details_characters: 4_000,
  /** An answer, unpacked, unless whoever asks says otherwise. */
  http_body_bytes: 1024 * 1024,
  /** Headers of an answer. */
  http_header_bytes: 16 * 1024,
  /** Redirections of one request, where they are followed at all. */
  http_redirects: 5,
  /** Connections to one origin. */
  http_connections: 64,
  /** Requests to one origin that are under way or wait for a connection; above it they are refused at once. */
  http_requests: 512,
  /** Requests of one client to all origins that are under way. */
  http_requests_in_all: 4_096,
  /** Origins with open connections. */
  http_origins: 1_000,
  /** What goes out on behalf of one tenant: connections to one origin, … */
  tenant_http_connections: 16,
  /** … requests under way, so that a few tools that hang do not hold everybody's sockets, … */
  tenant_http_requests: 128,
  /** … and origins with open connections. */
  tenant_http_origins: 64,
  /** Tenants with connections of their own; above it, idle ones lose theirs. */
  tenant_http_clients: 1_000,
  /** A connection is kept this long for the next request at most, whatever the other side offers. */
  http_idle_ms: 60_000,
  /** Connections per MySQL source: each runs one statement at a time, and a server takes 151 unless told otherwise. */
  mysql_connections: 16,
  /** Bytes read past the limits of a read-only answer of MySQL before its connection is given up: a new one costs no more. */
  mysql_drop_bytes: 8 * 1024 * 1024,
  /** Commands of one Redis tool: they are run one after the other on one connection. */
  redis_commands: 64,
  /** Headers or query parameters that a file writes for one source or tool. */
  http_fields: 64,
  /** The path of an http tool. */
  http_path_characters: 2_048,
  /** The template of an http tool's body. */
  http_template_characters: 64 * 1024,
  /** A token of an auth service: real ones have one or two kilobytes. */
  token_bytes: 16 * 1024,
  /** How far the clocks of an issuer and of this server may be apart. */
  token_tolerance_s: 30,
  /** How long a verified token is trusted without looking at it again; never beyond its own expiry. */
  token_cache_ms: 5 * 60_000,
  /** Verified tokens of one auth service that are remembered, as digests. */
  token_cache_entries: 10_000,
  /** Keys of an issuer are fetched again after this long: what it has withdrawn is no longer trusted. */
  issuer_keys_fresh_ms: 5 * 60_000,
  /** How long its keys go on working while an issuer cannot be reached. */
  issuer_keys_kept_ms: 60 * 60_000,
  /** Fetches of an issuer's keys in a row, e.g. for tokens that name keys which nobody has seen. */
  issuer_fetches: 3,
  /** After them: one more after each of these. */
  issuer_refetch_ms: 5_000,
  /** One request to an issuer. */
  issuer_request_ms: 5_000,
  /** A discovery document or a set of keys. */
  issuer_document_bytes: 256 * 1024,
  /** Keys in a set; real ones have two to ten. */
  issuer_keys: 100,

  /** Connections to the server's own PostgreSQL. */
  store_connections: 10,
  /** Any statement of our own on our own database. */
  store_statement_ms: 10_000,
  /** Time to get a connection to it: to open one, or to wait for a free one. */
  store_connect_ms: 5_000,
  /** A transaction of our own that does nothing for this long has been forgotten, and holds locks. */
  store_idle_ms: 30_000,
  /** One migration: it may rewrite a big table. */
  store_migration_ms: 30 * 60_000,
  /** Making the embedded database at the first start: seconds, on a slow machine a minute. */
  store_create_ms: 5 * 60_000,
  /** The embedded database answers no statement for this long: it hangs, and its thread is replaced. */
  store_hang_ms: 60_000,

  /** How long readiness waits for the server's own database. */
  readiness_ms: 2_000,

  /** Records gathered into one insert of the audit. */
  audit_batch: 1_000,
  /** Records waiting for the database: above it, calls wait, then are refused. Bounds memory when it is slow. */
  audit_buffer: 20_000,
  /** How long a call waits for a place in a full audit buffer. */
  audit_wait_ms: 5_000,
  /** A record is durable at most this long after its answer. */
  audit_delay_ms: 20,
  /** How long a stop waits for a database that is away; then the records go to the log. */
  audit_close_ms: 10_000,
  /** Records that an export of the audit reads at once: half a megabyte of text. */
  audit_export_page: 1_000,
  /** One line of an export: a record has less than two kilobytes. */
  audit_line_bytes: 64 * 1024,

  /** How long a verified API key is trusted before it is looked up again: the delay of a revocation made by another process. */
  key_cache_ms: 1_000,
  /** How exact a key's "last used" is: it is not written more often. */
  key_last_used_ms: 60_000,
  /** Verified keys remembered at once. */
  key_cache_entries: 10_000,

  /** Tenants whose vault is open in memory: about two kilobytes each. */
  vault_tenants: 10_000,
  /** Master keys at once: a rotation needs two. */
  vault_master_keys: 32,
  vault_key_file_bytes: 64 * 1024,
  /** The file of master keys is looked at this often. */
  vault_key_poll_ms: 1_000,
  /** After a change of the master key, keys of tenants that another process has made with the old one are looked for again. */
  vault_rewrap_again_ms: 5_000,
  /** Keys of tenants that are wrapped anew in one transaction: calls come in between. */
  vault_rewrap_batch: 50,

  /** How long a person has to connect or choose an account before the call must be made again. */
  interaction_ms: 60 * 60_000,
  /** The same for a yes or no: a call that was asked for long ago is no longer what the person expects. */
  approval_ms: 15 * 60_000,
  /** A yes that no call has used by then is void. */
  approval_use_ms: 10 * 60_000,
  /** After a no the same call is refused for this long instead of asking again at once. */
  approval_denied_ms: 5 * 60_000,
  /** Interactions that wait for one person: whoever is asked a hundred times says yes to anything. */
  interactions_pending: 50,
  /** What has ended is deleted after this long; the audit keeps what was decided. */
  interaction_kept_ms: 30 * 24 * 60 * 60_000,
  /** Interactions of a list or a page. */
  interactions_listed: 200,
  /** Arguments that an approval shows: both ends of a longer text, with a notice between. */
  approval_arguments_characters: 64 * 1024,
  /** A hand-off is a person's work: an exam, a form, a signature. From the first pause of the call to its result. */
  handoff_ms: 4 * 60 * 60_000,
  handoff_max_ms: 30 * 24 * 60 * 60_000,
  /** From the redirection to the client until it has fetched the start data; longer where a person looks at each step. */
  handoff_token_ms: 10_000,
  handoff_debug_token_ms: 200_000,
  handoff_token_max_ms: 10 * 60_000,
  /** A hand-off that ended without a result is told to the same call this long; then it begins anew. */
  handoff_told_ms: 24 * 60 * 60_000,
  /** What has ended is deleted after this long, with its history and its result. */
  handoff_kept_ms: 90 * 24 * 60 * 60_000,
  /** Hand-offs of one answer, and rows of one history: a client that sends nonsense fills no table. */
  handoffs_listed: 200,
  handoff_log_rows: 200,
  /** Deliveries of results that wait for a client that is down, per client, and how long. */
  handoff_deliveries: 200,
  handoff_delivery_ms: 24 * 60 * 60_000,
  /** Announced results that one process looks at at once for a tenant: each asks a client elsewhere. */
  handoff_announced: 16,
  /** One request for a result, its size, and how often it is sent while whoever has announced it waits. */
  handoff_fetch_ms: 10_000,
  handoff_result_bytes: 256 * 1024,
  handoff_fetches: 3,
  handoff_fetch_pause_ms: 400,
  /** A delivery is one process's for this long: more than all its requests take. */
  handoff_lease_ms: 60_000,
  /** Between two tries of a delivery that waits: doubled each time, from the first to the second. */
  handoff_retry_ms: 5_000,
  handoff_retry_max_ms: 10 * 60_000,
  /** An announcement that another process is looking at is waited for this long. */
  handoff_busy_ms: 20_000,
  handoff_busy_poll_ms: 250,
  /** How often the server looks for deliveries that are due and for hand-offs whose time is over, and how many it takes. */
  handoff_sweep_ms: 2_000,
  handoff_sweep_batch: 100,
  /** A token of a client, which is a text of its own choice, and a slug. */
  handoff_token_characters: 1_000,
  handoff_slug_characters: 100,
  /** A start without a program passes over results that nobody has asked for: this many calls at most. */
  handoff_start_calls: 3,
  /** How far the clock of a client that signs may be off (Standard Webhooks). */
  handoff_signature_ms: 5 * 60_000,
  /** Policies of one tenant: they are kept in memory as a whole. */
  policies: 1_000,
  /** Tenants whose policies are remembered; the one looked up first makes room. */
  policy_tenants: 10_000,
  /** One request waits at most this long for a person to act. */
  interaction_wait_ms: 30_000,
  /** How soon a waiting request sees what another process has done. */
  interaction_poll_ms: 1_000,
  /** Requests of one process that wait for a person; further ones are answered at once. */
  interaction_waiters: 10_000,
  /** The same of one tenant, so that it does not take the places of all others. */
  interaction_waiters_per_tenant: 1_000,
  /** An answer that no call has fetched by then is void. */
  input_use_ms: 60 * 60_000,
  /** After a refusal to answer the same call is refused for this long instead of asking again at once. */
  input_refused_ms: 5 * 60_000,
  /** Fields of one form: a person fills them in by hand. */
  input_fields: 30,
  /** What a tool asks, and one text of its form (a title, a choice). */
  input_message_characters: 4_000,
  input_text_characters: 500,
  /** Choices of one field. */
  input_choices: 100,
  /** One text that a person types in; all of them fit into a form. */
  input_answer_characters: 4_000,
  /** Streams of the states of interactions that one tenant has open at once, per process. */
  interaction_streams: 200,
  /** How often such a stream says that it is alive: below the time-outs of proxies. */
  interaction_heartbeat_ms: 15_000,
  /** Addresses that are told of the end of one interaction. */
  webhooks_per_interaction: 5,
  /** The address of a webhook. */
  webhook_url_characters: 2_000,
  /** How often webhooks that are due are looked for. */
  webhook_sweep_ms: 1_000,
  /** Webhooks of one tenant that one look takes up, and that are sent at once. */
  webhook_batch: 32,
  webhooks_together: 8,
  /** Tenants whose webhooks are sent at once: few have any that hang. */
  webhook_tenants: 100,
  /** Webhooks of one person that are not settled yet: receivers that hang keep theirs for a day. */
  webhooks_per_person: 1_000,
  /** One attempt with its whole answer, of which nothing but the status is used. */
  webhook_request_ms: 15_000,
  webhook_answer_bytes: 64 * 1024,
  /** Nobody else takes up an attempt meanwhile; after a crash it is made again. */
  webhook_lease_ms: 60_000,
  /** After a failed attempt the next one waits this long, then longer each time, up to the last. */
  webhook_retry_first_ms: 5_000,
  webhook_retry_last_ms: 2 * 60 * 60_000,
  /** Then the receiver is given up. */
  webhook_tries_ms: 24 * 60 * 60_000,
  /** Settled deliveries are listed and kept this long. */
  webhook_kept_ms: 30 * 24 * 60 * 60_000,
  /** After a rotation the key before signs beside the new one for this long. */
  webhook_previous_key_ms: 24 * 60 * 60_000,
  /** A call that an MCP client repeats after showing the link waits this long: below the time-outs of clients. */
  mcp_pause_wait_ms: 25_000,

  /** An access token is renewed this long before it ends, or at half of a short life: a call then has the time it needs. */
  grant_margin_ms: 60_000,
  /**
   * How long nobody else may renew or end a grant: the provider's metadata, the token and saving it must fit into it. After
   * a crash the grant waits this long.
   */
  grant_lease_ms: 60_000,
  /** A call waits this long for a renewal that somebody else makes, before it is told to come again. */
  grant_wait_ms: 10_000,
  /** How often it looks, at first and at most. */
  grant_poll_first_ms: 50,
  grant_poll_last_ms: 500,
  /** After a failed renewal the next attempt waits as long as the token has been due, within these bounds. */
  grant_pause_first_ms: 1_000,
  grant_pause_last_ms: 60_000,
  /** A new access token that a service refuses is not renewed again this soon: another one would be refused as well. */
  grant_new_ms: 30_000,
  /** After a revocation the provider is asked this often, this far apart, whether the token is dead: some take a moment. */
  revocation_checks: 4,
  revocation_check_ms: 500,
  /** Grants that one request or command ends at once: providers limit requests. */
  revocations_together: 8,
  /** One request that ends many grants answers after this long; what remains is ended behind it. */
  revocation_answer_ms: 30_000,
  /**
   * Grants that a crash has left, or whose provider was away, are looked for this often. A provider that is away is
   * asked again after this long, then after twice as long.
   */
  revocation_sweep_ms: 60_000,
  /** How often a provider that is away is asked, over eight hours; then the tokens are deleted here. */
  revocation_tries: 10,
  /** Credentials that one sweep or one transaction of an emergency takes. */
  revocation_batch: 500,

  /** Secret variables of one person or of one tenant. */
  variables: 100,
  /** A secret is a key or a certificate; the longest of those have some kilobytes. */
  variable_characters: 16 * 1024,
  /** Variables that are remembered in plaintext, over all callers. */
  variables_characters: 16 * 1024 * 1024,

  /** A stored file: held in memory as a whole while it is saved. */
  file_bytes: 10 * 1024 * 1024,
  /** A piece of a stored file: what one request holds in memory while it is sent. */
  file_chunk_bytes: 256 * 1024,
  /** File systems take names of 255 bytes. */
  file_name_bytes: 255,
  /** What one person has stored, so that nobody takes the places of all others. */
  files_per_person: 2_000,
  file_bytes_per_person: 256 * 1024 * 1024,
  /** What a tenant has stored: it lies in the server's own database. */
  files_per_tenant: 20_000,
  file_bytes_per_tenant: 2 * 1024 * 1024 * 1024,
  /** Uploads under way in one process: each may hold a whole file in memory. */
  file_uploads: 16,
  file_uploads_per_tenant: 4,
  /** How long a link to a file can be used at most: whoever has it needs no account. */
  file_link_ms: 24 * 60 * 60_000,
  /** A file that a tool has saved is deleted after this long, unless the tool says otherwise; the longest that it may say. */
  file_of_tool_ms: 30 * 24 * 60 * 60_000,
  file_of_tool_max_ms: 365 * 24 * 60 * 60_000,
  /** Entries of one list that a tool asks for. */
  files_listed: 100,
  /** Files whose time is over are looked for this often, and so many are deleted then. */
  file_sweep_ms: 10 * 60_000,
  file_sweep_batch: 500,

  /** Tools that are mirrored of one other server: a model is lost among more, and every one is kept. */
  mcp_tools: 500,
  /** Pages in which a server may give its list. */
  mcp_list_pages: 50,
  /** The name that a server gives a tool. */
  mcp_name_characters: 128,
  /** What a server says of a tool, as it is shown to models. */
  mcp_description_characters: 4_096,
  /** One tool as a server describes it, schemas and all. */
  mcp_tool_characters: 64 * 1024,
  /** How deep its schemas may be nested. */
  mcp_schema_depth: 40,
  /** All that a server sends in one answer, with its events. */
  mcp_answer_bytes: 4 * 1024 * 1024,
  /** Words of a service about its failure, as callers get to see them. */
  mcp_words_characters: 1_000,
  /** Connections to one server, over all callers, … */
  mcp_connections: 64,
  /** … those of one caller: each serves one call at a time, … */
  mcp_connections_per_caller: 8,
  /** … and programs of one `mcp-stdio` source: each is a process. */
  mcp_processes: 16,
  /** A connection that nobody uses is closed after this: a server may keep something for it. */
  mcp_idle_ms: 60_000,
  /** Getting ready to talk to a server, also starting its program. */
  mcp_connect_ms: 20_000,
  /** How long a look at a server's list counts for a connection: a change is noticed no later. */
  mcp_look_ms: 60_000,
  /** How often the servers of the operator's files are looked at, give or take a fifth. */
  mcp_sweep_ms: 10 * 60_000,
  /** After a look that has failed. */
  mcp_retry_ms: 30_000,
  /** How soon a process notices what another one has accepted of them, or that the files name another server. */
  mcp_poll_ms: 5_000,
  /** How long a program may take to end by itself. */
  mcp_stop_ms: 2_000,
  /** What a program says on its error output, per process: lines that go to the log. */
  mcp_stderr_lines: 200,
  /** Items in one page of an MCP list. Large, because many clients never ask for a second page. */
  mcp_page_items: 1_000,
  /** How long an MCP client may keep a list: a tool that is gone meanwhile is an error of its call, nothing worse. */
  mcp_list_ttl_ms: 30_000,
  /** Messages in one JSON-RPC batch: one request must not start calls without end. */
  mcp_batch_messages: 32,
  /** Bytes of progress and log messages waiting for a slow client before further ones are dropped. */
  mcp_event_buffer_bytes: 64 * 1024,

  /** Calls in flight get this long to end when the server stops. */
  stop_grace_ms: 20_000,
} as const;
