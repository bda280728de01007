// What is written for people: texts of other servers, tenants and callers cannot steer the terminal that they are shown on
// (attack A39).
import type { Io } from './command.ts';

/** Everything that a terminal or an eye can take for something else: controls, invisible signs, other line ends. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with such signs as codes of JSON. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (sign) =>
    Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** The same for a text of several lines. JSON stays the same JSON. */
export function visibleLines(text: string): string {
  return text.replaceAll(unseen, (sign) => (sign === '\n' ? sign : visible(sign)));
}

/** A stream that text is written to; a terminal says so. */
type Written = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean };

/** Writes to the streams: to a terminal nothing but what can be seen, to a file or a pipe what there is. */
export function createIo({ stdout, stderr }: { readonly stdout: Written; readonly stderr: Written }): Io {
  const writer =
    (stream: Written) =>
    (text: string): void =>
      void stream.write(stream.isTTY === true ? visibleLines(text) : text);
  return { out: writer(stdout), err: writer(stderr) };
}
