// What a rule of tidy sees: files as text, and source files as a syntax tree with their imports and comments.
import { parseSync, visitorKeys } from 'oxc-parser';
import type { Comment, Node } from 'oxc-parser';

export interface RepositoryFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface SourceFile extends RepositoryFile {
  /** Every node of the syntax tree, parents first. */
  readonly nodes: readonly Node[];
  readonly comments: readonly Comment[];
  /** Static and dynamic imports, and exports from elsewhere. */
  readonly imports: readonly Import[];
  /** Names of what it exports. */
  readonly exports: ReadonlySet<string>;
  readonly is_test: boolean;
  lineAt(offset: number): number;
  /** Lines between two offsets that hold more than blanks and comments. */
  codeLines(start: number, end: number): number;
}

/** Whether tidy reads the file as a syntax tree. */
export function isSource(path: string): boolean {
  return /\.(ts|js)$/.test(path) && !path.endsWith('.d.ts');
}

/** Parses a source file; a file that does not parse is a finding of the type check, not of tidy. */
export function parseSource(file: RepositoryFile): SourceFile {
  const { program, comments, module } = parseSync(file.path, file.text);
  const lineAt = (offset: number): number => file.text.slice(0, offset).split('\n').length;
  const code = withoutComments(file.text, comments);
  const requests = [
    ...module.staticImports.map((statement) => statement.moduleRequest),
    ...module.staticExports.flatMap((statement) => statement.entries.map((entry) => entry.moduleRequest)),
    ...module.dynamicImports.map((expression) => expression.moduleRequest),
  ];
  return {
    ...file,
    nodes: descendants(program),
    comments,
    imports: requests
      .filter((request) => request !== null)
      .map(({ start, end }) => ({ specifier: unquoted(file.text.slice(start, end)), line: lineAt(start) })),
    exports: new Set(
      module.staticExports.flatMap((statement) => statement.entries.map((entry) => entry.exportName.name ?? '')),
    ),
    is_test: file.path.endsWith('.test.ts') || file.path.startsWith('test/'),
    lineAt,
    codeLines: (start, end) =>
      code
        .slice(start, end)
        .split('\n')
        .filter((line) => line.trim() !== '').length,
  };
}

/** A node and everything below it, parents first. */
export function descendants(node: Node): readonly Node[] {
  const nodes: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (isNode(value)) {
      nodes.push(value);
      for (const key of visitorKeys[value.type] ?? []) visit((value as unknown as Record<string, unknown>)[key]);
    }
  };
  visit(node);
  return nodes;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function unquoted(text: string): string {
  return text.replaceAll(/^['"`]|['"`]$/g, '');
}

function withoutComments(text: string, comments: readonly Comment[]): string {
  let code = '';
  let end = 0;
  for (const comment of comments) {
    const blank = text.slice(comment.start, comment.end).replaceAll(/[^\n]/g, ' ');
    code += text.slice(end, comment.start) + blank;
    end = comment.end;
  }
  return code + text.slice(end);
}
