// An error as one text, for callers that read text: models, and the clients of the toolbox.
import type { ToolcribError } from '../base/errors.ts';

/** Message, one line per fault, hint. */
export function toPublicText(error: ToolcribError): string {
  const faults = error.faults.map(({ path, message, hint }) => {
    const help = hint === undefined ? '' : ` ${hint}`;
    return `- ${path === '' ? '' : `${path}: `}${message}${help}`;
  });
  return [error.message, ...faults, error.hint].filter((line) => line !== '').join('\n');
}
