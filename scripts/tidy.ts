// The test of the repository itself: layers, bans, sizes, names. Reads every file that git knows or would add; changes nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { banFindings } from './tidy/bans.ts';
import {
  decisionFindings,
  headerFindings,
  migrationFindings,
  nameFindings,
  sqlHeaderFindings,
  textFindings,
} from './tidy/files.ts';
import { layerFindings } from './tidy/layers.ts';
import { size_exceptions, sizeFindings, staleExceptions } from './tidy/sizes.ts';
import type { SizeExceptions } from './tidy/sizes.ts';
import { isSource, parseSource } from './tidy/source-file.ts';
import type { Finding, RepositoryFile } from './tidy/source-file.ts';

/** Every finding on these files, by path and line. */
export function tidy(files: readonly RepositoryFile[], exceptions: SizeExceptions): readonly Finding[] {
  const sources = files.filter(({ path }) => isSource(path)).map((file) => parseSource(file));
  const findings = [
    ...files.flatMap((file) => [...nameFindings(file), ...textFindings(file), ...sqlHeaderFindings(file)]),
    ...sources.flatMap((file) => [
      ...headerFindings(file),
      ...layerFindings(file),
      ...banFindings(file),
      ...sizeFindings(file, exceptions),
    ]),
    ...migrationFindings(files.map(({ path }) => path)),
    ...decisionFindings(files),
    ...staleExceptions(sources, exceptions),
  ];
  return findings.toSorted((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

const text_endings = /\.(ts|js|json|md|ya?ml|sql|css|html|sh)$|^\.ci\/|(^|\/)\.[a-z]+(rc|ignore|attributes|config)?$/;

function repositoryFiles(): readonly RepositoryFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    encoding: 'utf8',
  });
  return listed
    .split('\0')
    .filter((path) => text_endings.test(path) && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

if (import.meta.main) {
  process.chdir(new URL('..', import.meta.url).pathname);
  const findings = tidy(repositoryFiles(), size_exceptions);
  for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`);
  console.log(findings.length === 0 ? 'tidy' : `${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
