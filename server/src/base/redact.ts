// The last wall before the log: takes out whatever looks like a secret, by the name of a field and by shape inside texts.
// Nothing should reach it that needs it; it is for what slips through, e.g. in the error of a driver or a provider.

const removed = '[removed]';
/** Deeper than any error with its causes. */
const depth_max = 6;

// An id, a time, a count or a digest of something secret is no secret: it is what a line is about.
const secretField = /(?:pass(?:word|wd)?|secret|token|authorization|api[-_]?key|cookie|credential|private|verifier)/i;
const plainField = /_(?:id|ids|at|ms|digest|version)$/;

/** Names that stand before a secret in a form, a URL, or JSON inside a text. */
const names = String.raw`(?<![\w-])[\w-]{0,40}?(?:password|passwd|pwd|secret|token|api[_-]?key|assertion|verifier|device_code)`;

/** Each takes time in proportion to the text, whatever the text is. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, removed],
  // Keys, sessions, invitations, states and master keys of our own.
  [/t[a-z]_(?:[0-9a-z]{1,25}_[0-9a-z]{16,}|[0-9a-z]{10,25}_[0-9a-z]+)/gi, removed],
  [/tk_[\w-]{40,}/g, removed],
  // JSON Web Tokens, signed or encrypted (RFC 7515 §3.1, RFC 7516 §3.1).
  [/\beyJ[\w-]{6,}(?:\.[\w-]*){2,4}/g, removed],
  // Tokens that are known by how they begin.
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|ya29\.)[\w.-]{10,}/g, removed],
  [/\bBearer\s+\S+/gi, removed],
  [/\bBasic\s+(?=[A-Za-z+/]*[0-9+/=])[\w+/]{6,}={0,2}/gi, removed],
  // The user part of a URL.
  [/(?<=:\/\/)[^\s/@]+(?=@)/g, removed],
  // "name":"value" and name: 'value', also with escaped quotes.
  [new RegExp(String.raw`(${names}\\*["']?\s{0,9}:\s{0,9}\\*(["']))(?:(?!\2)[^\\]|\\[^])*`, 'gi'), `$1${removed}`],
  // name=value
  [new RegExp(String.raw`(${names}=)(?:"[^"]*"?|'[^']*'?|[^\s&"',;)}\]]+)`, 'gi'), `$1${removed}`],
  // The code of an OAuth answer; what is all capitals or digits is the code of an error.
  [/((?:^|[?&\s"'])(?:code|state)=)(?![A-Z0-9_]*(?:[&\s"',;)]|$))[^\s&"',;)]+/g, `$1${removed}`],
];

/** The text without secrets. */
export function redactText(text: string): string {
  return shapes.reduce((rest, [shape, instead]) => rest.replace(shape, instead), text);
}

/** A copy of a log value without secrets. Depth is bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > depth_max) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  // Bytes may be anything, and say nothing to a reader.
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      redactText(name),
      isSecret(name, item) ? removed : redact(item, depth + 1),
    ]),
  );
}

function isSecret(name: string, value: unknown): boolean {
  return value !== null && value !== undefined && secretField.test(name) && !plainField.test(name);
}

function redactError(error: Error, depth: number): unknown {
  const { code } = error as { code?: unknown };
  return {
    name: redactText(error.name),
    message: redactText(error.message),
    ...(code === undefined ? {} : { code: redact(code, depth + 1) }),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
