// A loaded pack: everything that can be decided without a tenant is decided.
import type { DefinedRoute, DefinedTool, ToolContext } from '@toolcrib/client';
import type { Fault } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { SchemaToolDefinition } from '../catalog/schema-tool.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import type { Provider } from '../credentials/oauth/provider.ts';
import type { Manifest, SettingField } from './manifest.ts';

export interface Pack {
  readonly code: string;
  readonly manifest: Manifest;
  readonly fields: readonly SettingField[];
  readonly tools: readonly PackTool[];
  readonly routes: readonly PackRoute[];
  readonly providers: readonly Provider[];
  /** `ui_schema.json`: how the form of the settings is drawn. Data, which the server does not read. */
  readonly ui_schema: JsonObject | undefined;
  /** As faults name its folder. */
  readonly shown: string;
  /** Changes exactly when one of its files does. */
  readonly hash: string;
}

export interface PackTool {
  readonly definition: SchemaToolDefinition;
  /** Whose service it is, for people. */
  readonly provider: string | undefined;
  readonly source_type: 'function' | 'remote';
  readonly need: CredentialNeed | undefined;
  readonly secrets: readonly string[];
  readonly work: PackWork;
}

export type PackWork =
  | {
      readonly kind: 'function';
      readonly run: (args: never, ctx: ToolContext) => unknown;
      /** As the author gave them: arguments and results are checked by them too. */
      readonly input: DefinedTool['input'] | undefined;
      readonly output: DefinedTool['output'];
    }
  | ({ readonly kind: 'remote' } & NonNullable<Manifest['tools'][number]['remote']>);

export interface PackRoute extends Pick<DefinedRoute, 'method' | 'path' | 'handler'> {
  readonly summary: string | undefined;
  readonly permission: 'packs.read' | 'packs.write';
}

/** A pack that cannot be used, with everything that is wrong with it. */
export interface FaultyPack {
  /** As far as it can be read. */
  readonly code: string | undefined;
  readonly shown: string;
  readonly hash: string;
  readonly faults: readonly Fault[];
}
