// The best practices of packs (remote-packs.md §3) as checks of their source: no address and no token in it, errors with codes,
// the context of the call used, the contract written down. A help for authors, not a wall: packs are the operator's own code.
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Pack } from './pack.ts';
import type { PackFiles } from './read-pack-files.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
  readonly hint: string;
  /** Whether a match is none after all. */
  readonly isFine?: (match: string, line: string) => boolean;
}

/** Addresses that lead nowhere: of examples, and names of schemas. */
const fine_hosts = /^https?:\/\/(?:[\w.-]+\.)?(?:example(?:\.(?:com|org|net))?|json-schema\.org|HOST)(?:[/:?#]|$)/;

const rules: readonly Rule[] = [
  {
    // A text that begins with one: in the midst of a sentence it is for people.
    pattern: /(?<=['"`])https?:\/\/[\w.-]+\.[\w.-]+[^\s'"`]{0,200}/g,
    message: 'an address stands in the source',
    hint: 'Make it a setting of config.schema, with the address as its default.',
    // Names of OAuth scopes look like addresses.
    isFine: (match, line) => fine_hosts.test(match) || /\bscopes?\b/.test(line),
  },
  {
    pattern:
      /\b(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|ya29\.[\w-]{10,}|sk-[\w-]{20,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY)/g,
    message: 'a token stands in the source',
    hint: 'Make it a setting with "secret: true", and end the token: it is known to whoever has the source.',
  },
  {
    pattern:
      /\b\w{0,40}(?:token|secret|password|api_?key)\w{0,10}['"]?\s{0,5}[:=]\s{0,5}(?:'[^'\s]{12,}'|"[^"\s]{12,}")/gi,
    message: 'a secret seems to stand in the source',
    hint: 'Make it a setting with "secret: true".',
  },
  {
    pattern: /\bthrow new (?:Error|TypeError|RangeError)\(/g,
    message: 'an error without a code: its caller is told nothing but that the tool has failed',
    hint: "throw new ToolError('code', 'what the caller can do')",
  },
  {
    pattern: /(?<![.\w])fetch\(/g,
    message: 'a request that goes around the context of the call: it reaches private addresses, and nothing ends it',
    hint: 'ctx.fetch',
  },
  {
    pattern:
      /\bfrom\s{1,3}['"](?:node:)?(?:https?|http2|net|tls|dgram|dns|fs|child_process|worker_threads|cluster|vm)(?:\/promises)?['"]/g,
    message: 'a module of Node that goes around the context of the call',
    hint: 'ctx.fetch for requests, ctx.files for files.',
  },
  {
    pattern: /\bprocess\s{0,3}\.\s{0,3}env\b/g,
    message: 'reads the environment of the server',
    hint: 'Make it a setting with "env_var", and read ctx.config.',
  },
];

/** Everything that could be better, by file and line. */
export function lintPack(files: PackFiles, pack: Pack | undefined): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [path, content] of files.files) {
    if (!/\.(?:ts|js|mjs)$/.test(path) || /\.(?:test|spec)\./.test(path)) continue;
    const text = withoutComments(content.toString('utf8'));
    for (const rule of rules) faults.push(...broken(rule, text, `${files.shown}/${path}`));
  }
  faults.push(...lintReadme(files, pack));
  return faults.slice(0, limits.config_file_faults).toSorted((a, b) => {
    return (a.file ?? '') < (b.file ?? '') ? -1 : (a.file ?? '') > (b.file ?? '') ? 1 : (a.line ?? 0) - (b.line ?? 0);
  });
}

function broken({ pattern, message, hint, isFine }: Rule, text: string, file: string): readonly Fault[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: match, index }): readonly Fault[] => {
    const before = text.slice(0, index).split('\n');
    const line = `${before.at(-1) ?? ''}${text.slice(index).split('\n', 1)[0] ?? ''}`;
    return isFine?.(match, line) === true ? [] : [{ path: '', message, hint, file, line: before.length }];
  });
}

/** What each tool takes and gives is written down for people. */
function lintReadme({ files, shown }: PackFiles, pack: Pack | undefined): readonly Fault[] {
  const readme = files.get('README.md')?.toString('utf8');
  const file = `${shown}/README.md`;
  const hint = 'Say what the pack is for, which settings it needs, and what each tool takes and gives.';
  if (readme === undefined) return [{ path: '', message: 'there is none: the contract is not documented', hint, file }];
  const unsaid = (pack?.tools ?? []).filter(({ definition }) => !readme.includes(definition.name));
  return unsaid.map(({ definition }) => ({
    path: '',
    message: `does not name the tool ${definition.name}`,
    hint,
    file,
  }));
}

/** The source with blanks in place of comments: places stay. */
function withoutComments(source: string): string {
  const parts = /('(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"|`(?:[^`\\]|\\[^])*`)|\/\/[^\n]*|\/\*[^]*?\*\//g;
  return source.replaceAll(parts, (whole, text: string | undefined) =>
    text === undefined ? whole.replaceAll(/[^\n]/g, ' ') : whole,
  );
}
