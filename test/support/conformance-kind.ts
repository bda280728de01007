// A kind of tool for tests: the tools that the official MCP conformance suite asks for, by their names there.
import { z } from 'zod';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { ContentBlock, ToolResult } from '../../server/src/catalog/result.ts';
import type { RunContext, ToolKind } from '../../server/src/catalog/tool.ts';

type Behave = (ctx: RunContext) => ToolResult | Promise<ToolResult>;

/** A picture of one red pixel, and a WAV file without a sound. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

const image: ContentBlock = { type: 'image', data: png, mimeType: 'image/png' };

const behaviours: Readonly<Record<string, Behave>> = {
  test_simple_text: () => text('This is a simple text response for testing.'),
  test_image_content: () => ({ kind: 'content', content: [image] }),
  test_audio_content: () => ({ kind: 'content', content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] }),
  test_embedded_resource: () => ({ kind: 'content', content: [resource('test://embedded-resource')] }),
  test_multiple_content_types: () => ({
    kind: 'content',
    content: [{ type: 'text', text: 'Multiple content types test:' }, image, resource('test://mixed-content-resource')],
  }),
  test_error_handling: () => {
    throw new ToolcribError('tool_failed');
  },
  test_tool_with_logging: (ctx) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      ctx.notify({ kind: 'log', level: 'info', data });
    }
    return text('Three messages were logged.');
  },
  test_logging_tool: (ctx) => {
    ctx.notify({ kind: 'log', level: 'error', data: 'Nobody asked for this.' });
    return text('One message was logged.');
  },
  test_tool_with_progress: (ctx) => {
    for (const progress of [0, 50, 100]) ctx.notify({ kind: 'progress', progress, total: 100 });
    return text('All is done.');
  },
  test_streaming_elicitation: (ctx) => {
    ctx.notify({ kind: 'progress', progress: 1 });
    return text('Nothing had to be asked.');
  },
};

/** Tools of `kind: conformance`; `behaviour` is one of the names above. */
export const conformanceKind: ToolKind<{ behaviour: string }> = {
  type: 'conformance',
  aliases: [],
  source_types: [],
  fields: z.strictObject({ behaviour: z.string() }),
  check: ({ behaviour }) => (behaviour in behaviours ? [] : [{ path: 'behaviour', message: 'is not known' }]),
  prepare: ({ behaviour }) => {
    const behave = behaviours[behaviour];
    if (behave === undefined) throw new TypeError(`Not checked: ${behaviour}`);
    return async (_args, ctx) => behave(ctx);
  },
};

function text(value: string): ToolResult {
  return { kind: 'content', content: [{ type: 'text', text: value }] };
}

function resource(uri: string): ContentBlock {
  return { type: 'resource', resource: { uri, mimeType: 'application/json', text: '{"test":"data","value":123}' } };
}

/** A tool file with all of them, and the prompts and resources that the suite asks for. */
export const conformanceToolsYaml = [
  ...Object.keys(behaviours).map(
    (name) => `kind: tool\nname: ${name}\ntype: conformance\ndescription: A test.\nbehaviour: ${name}\n`,
  ),
  `kind: prompt
name: test_simple_prompt
description: A test.
messages: [{content: This is a simple prompt for testing.}]
`,
  `kind: prompt
name: test_prompt_with_arguments
description: A test.
arguments:
  - {name: arg1, description: First}
  - {name: arg2, description: Second}
messages: [{content: "Prompt with arguments: arg1='{{.arg1}}', arg2='{{.arg2}}'"}]
`,
  `kind: resource
name: static-text
type: text
uri: test://static-text
text: This is the content of the static text resource.
`,
  `kind: resource
name: static-binary
type: file
uri: test://static-binary
path: dot.png
`,
  `kind: resourceTemplate
name: data
type: file
uriTemplate: test://template/{path}/data
mimeType: application/json
allowedPaths: [data]
`,
].join('---\n');

/** The files of those resources. */
export const conformanceFiles: Readonly<Record<string, string | Uint8Array>> = {
  'dot.png': Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  'data/123': '{"id":"123"}',
};
