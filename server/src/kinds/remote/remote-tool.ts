// Tools of the kind `remote`: one tool of a service that answers by the contract of remote tools.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Source } from '../../catalog/source.ts';
import type { ToolKind, ToolToPrepare } from '../../catalog/tool.ts';
import { remoteNamePattern } from './call-remote.ts';
import type { RemoteSource } from './remote-source.ts';

export interface RemoteToolConfig {
  readonly tool_type: string;
  readonly action: string;
  readonly idempotent: boolean;
}

const remoteName = z.string().regex(remoteNamePattern, 'A name of lower-case letters, digits and "_"');

const fields: z.ZodType<RemoteToolConfig> = z.strictObject({
  tool_type: remoteName.describe('What kind of tool it is at the service: line'),
  action: remoteName.describe('What it does: send_message'),
  idempotent: z
    .boolean()
    .default(false)
    .describe('Whether asking twice does no more than asking once: then it is asked again after a failure'),
});

export const remoteTool: ToolKind<RemoteToolConfig> = {
  type: 'remote',
  aliases: [],
  source_types: ['remote'],
  fields,
  // What a service does is not known here.
  reads: () => false,
  check: (_config, { parameters }) =>
    parameters.flatMap(({ name }, index): readonly Fault[] =>
      name === 'context'
        ? [
            {
              path: `parameters[${index}].name`,
              message: '"context" is what the server itself tells the service',
              hint: 'Give the parameter another name.',
            },
          ]
        : [],
    ),
  prepare: ({ tool_type, action, idempotent }, tool) => {
    const { read_only, timeout_ms = limits.call_timeout_ms } = tool;
    const source = remoteSourceOf(tool.source);
    tellTaken(source, tool);
    const request = { tool_type, action, timeout_ms, idempotent: idempotent || read_only };
    return async (args, ctx) => ({ kind: 'value', value: await source.call({ ...request, params: args }, ctx) });
  },
};

function remoteSourceOf(source: Source | undefined): RemoteSource {
  if (source === undefined || !('connection_parameter' in source)) {
    throw new TypeError('remote was linked to a source of another kind');
  }
  return source as RemoteSource;
}

/** The source's connection is not the caller's to choose. */
function tellTaken({ connection_parameter: taken }: RemoteSource, { parameters }: ToolToPrepare): void {
  const index = parameters.findIndex(({ name }) => name === taken);
  if (index < 0) return;
  const faults = [
    {
      path: `parameters[${index}].name`,
      message: `"${taken}" is what the source sends its connection_id as`,
      hint: 'Remove the parameter, or give the source another connection_parameter.',
    },
  ];
  throw new ToolcribError('config_invalid', { params: { count: 1 }, faults });
}
