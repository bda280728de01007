// Packs as the interfaces show them: which there are, which a tenant has, and where each setting comes from.
import type { JsonObject } from './json.ts';
import type { ConfigValue } from './tool-context.ts';

export interface PackList {
  readonly packs: readonly PackSummary[];
}

export interface PackSummary {
  readonly code: string;
  readonly display_name: string;
  readonly version: string;
  /** `system`: there for every tenant; `feature`: for those that turn it on. */
  readonly type: 'system' | 'feature';
  readonly description: string;
  /** Whether this tenant has its tools. */
  readonly enabled: boolean;
  /** Whether every required setting has a value. */
  readonly configured: boolean;
  readonly tools: number;
}

export interface Pack extends PackSummary {
  /** Whose settings these are: of the whole tenant, or of a workspace. */
  readonly workspace_id: string | null;
  readonly tool_list: readonly PackTool[];
  readonly fields: readonly PackField[];
  readonly connection: PackConnection;
  /** How the form of the settings is drawn; null: the pack does not say. */
  readonly ui_schema: JsonObject | null;
  /** Settings endpoints of its own, below `/packs/{code}`. */
  readonly routes: readonly { readonly method: string; readonly path: string; readonly summary: string }[];
}

export interface PackTool {
  readonly name: string;
  readonly description: string;
  /** Whose service it is. */
  readonly provider: string | null;
  readonly source_type: 'function' | 'remote';
  readonly danger: 'low' | 'medium' | 'high' | 'critical';
  readonly category: string;
  readonly read_only: boolean;
  /** Kinds of account that it takes from its caller. */
  readonly systems: readonly string[];
}

/** Where a value comes from: the operator, the workspace, the tenant, the server's environment, the manifest. */
export type PackFieldOrigin = 'system' | 'workspace' | 'tenant' | 'environment' | 'default';

export interface PackField {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** Whether it says where requests go. */
  readonly address: boolean;
  readonly env_var: string | null;
  readonly is_set: boolean;
  /** Null when there is none, and for secrets always. */
  readonly value: ConfigValue | null;
  readonly origin: PackFieldOrigin | null;
  /** Why a value that is there is not used. */
  readonly problem: string | null;
}

export interface PackConnection {
  readonly connection_type: 'local' | 'remote';
  readonly remote_cluster_url: string | null;
  readonly remote_connection_id: string | null;
}

/** What is not named stays as it is; null takes a value away. */
export interface PackSettingsBody {
  /** The workspace whose settings they are; absent: the whole tenant's. */
  readonly workspace_id?: string;
  readonly connection_type?: 'local' | 'remote';
  readonly remote_cluster_url?: string | null;
  readonly remote_connection_id?: string | null;
  readonly config?: Readonly<Record<string, ConfigValue | null>>;
}

export interface PackEnabledBody {
  readonly enabled: boolean;
}
