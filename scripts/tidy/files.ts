// Rules on files as such: names, header sentences, barrels, migrations, decision records, and texts that belong to one machine.
import { posix } from 'node:path';
import type { Finding, RepositoryFile, SourceFile } from './source-file.ts';

/** The one index.ts: the entry of the published package. */
const public_entry = 'client/src/index.ts';
const kebab_part = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Names that tools and conventions fix. */
const fixed_names =
  /^(README|ARCHITECTURE|CONTRIBUTING|SECURITY|CHANGELOG|REVIEW|LICENSE|NOTICE|Dockerfile|Makefile)(\.md)?$|^\./;

/** Findings on the file's path, whatever it holds. */
export function nameFindings(file: RepositoryFile): readonly Finding[] {
  const parts = file.path.split('/');
  const name = parts.at(-1) ?? '';
  const at = (message: string): Finding => ({ path: file.path, line: 1, message });
  const findings: Finding[] = [];
  const folders = parts.slice(0, -1).filter((folder) => !folder.startsWith('.'));
  const bad = [...folders, ...(fixed_names.test(name) ? [] : name.split('.'))].find((part) => !kebab_part.test(part));
  if (bad !== undefined) findings.push(at(`"${bad}" is not kebab-case: use lower-case words joined by hyphens`));
  if (/^index\.[jt]s$/.test(name) && file.path !== public_entry) {
    findings.push(at('No barrels: name the file after its main export and import it directly'));
  }
  return findings;
}

/** A source file begins with a comment that says what it is for. A test's header is the file that it tests. */
export function headerFindings(file: SourceFile): readonly Finding[] {
  if (file.path.endsWith('.test.ts')) return [];
  const [first] = file.comments.filter((comment) => !file.text.startsWith('#!', comment.start));
  const before = file.text.slice(0, first?.start ?? 0).replace(/^#!.*\n/, '');
  if (first !== undefined && before.trim() === '' && first.value.trim().length >= 20) return [];
  const message = 'No header: begin with a comment of one sentence, what the file is for and what it must not do';
  return [{ path: file.path, line: 1, message }];
}

/** The same for SQL. */
export function sqlHeaderFindings(file: RepositoryFile): readonly Finding[] {
  if (!file.path.endsWith('.sql') || /^-- .{20,}/.test(file.text)) return [];
  return [
    { path: file.path, line: 1, message: 'No header: begin with a "--" comment of one sentence, what the file does' },
  ];
}

interface TextBan {
  readonly pattern: RegExp;
  readonly message: string;
}

// The character classes keep the patterns from matching this file.
const text_bans: readonly TextBan[] = [
  {
    pattern: /(?<![\w.~-])\/(?:work|tmp|root|home\/[a-z]\w*|Users\/\w+)\/[\w.]/,
    message: 'A path of one machine: write it relative to the repository, or use os.tmpdir()',
  },
  {
    pattern: /"resolved": "https?:/,
    message: 'The lock file names a registry host: run npm install with the .npmrc of the repository',
  },
  {
    pattern: /\b[i]ssue #?\d+\b/i,
    message: 'An issue number means nothing to a reader of the code: say the reason itself',
  },
  {
    pattern: /^(<{7}|>{7}) /,
    message: 'A merge conflict is left: resolve it',
  },
];

/** Findings on the text of any file, line by line. */
export function textFindings(file: RepositoryFile): readonly Finding[] {
  return file.text
    .split('\n')
    .flatMap((text, index) =>
      text_bans
        .filter(({ pattern }) => pattern.test(text))
        .map(({ message }) => ({ path: file.path, line: index + 1, message })),
    );
}

/** Migrations are numbered from 1 without gaps, so that each database knows how far it is. */
export function migrationFindings(paths: readonly string[]): readonly Finding[] {
  const migrations = paths.filter(
    (path) => posix.dirname(path) === 'server/src/store/migrations' && /^\d/.test(posix.basename(path)),
  );
  return migrations.toSorted().flatMap((path, index) => {
    const expected = String(index + 1).padStart(4, '0');
    if (posix.basename(path).startsWith(`${expected}-`)) return [];
    return [{ path, line: 1, message: `Migrations are numbered without gaps: this one is ${expected}-<what-it-does>` }];
  });
}

const decisions = 'docs/decisions/';

/** Every decision record has a number of its own and a date. */
export function decisionFindings(files: readonly RepositoryFile[]): readonly Finding[] {
  const records = files.filter(({ path }) => path.startsWith(decisions) && !/(README|template)\.md$/.test(path));
  const numbers = new Map<string, string>();
  return records.flatMap(({ path, text }) => {
    const number = /^(\d{4})-/.exec(posix.basename(path))?.[1];
    if (number === undefined) return [{ path, line: 1, message: 'A decision record is named NNNN-<topic>.md' }];
    const other = numbers.get(number);
    numbers.set(number, path);
    const findings: Finding[] = [];
    if (other !== undefined)
      findings.push({ path, line: 1, message: `${other} has this number: take the next free one` });
    if (!/^[_*]\d{4}-\d{2}-\d{2}[_*]$/m.test(text)) {
      findings.push({
        path,
        line: 1,
        message: 'A decision record is dated: write the line "_YYYY-MM-DD_" below the title',
      });
    }
    return findings;
  });
}
