// A prompt: messages that a person's program offers to begin with, and the texts that go into them.
import type { Parameter } from './parameters.ts';
import type { ToolScope } from './tool.ts';

export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface Prompt {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly scope: ToolScope;
  readonly parameters: readonly Parameter[];
  /**
   * The messages with the arguments in them. Takes texts, as the Model Context Protocol sends them, and reads numbers and
   * truth values from them. Throws `arguments_invalid`.
   */
  fill(args: unknown): readonly PromptMessage[];
}
