// Sizes that keep a file and a function readable in one sitting; an exception is listed here with its reason.
import type { ArrowFunctionExpression, Function as PlainFunction, Node } from 'oxc-parser';
import type { Finding, SourceFile } from './source-file.ts';

const size_limits = { file_lines: 400, function_lines: 70, parameters: 3, private_parameters: 4 } as const;

/** What may be longer, with the reason; one that is not needed any more is a finding. */
export interface SizeExceptions {
  /** By path. */
  readonly files: Readonly<Record<string, string>>;
  /** By `path#name`. */
  readonly functions: Readonly<Record<string, string>>;
}

export const size_exceptions: SizeExceptions = {
  files: { 'server/src/base/error-catalogue.ts': 'one table, of which a part is worth less than the whole' },
  functions: {},
};

/** Findings on the code lines (no blanks, no comments) of the file and its functions, and on parameters. Tests have long functions. */
export function sizeFindings(file: SourceFile, exceptions: SizeExceptions): readonly Finding[] {
  const lines = file.codeLines(0, file.text.length);
  const findings: Finding[] = [];
  if (lines > size_limits.file_lines && exceptions.files[file.path] === undefined) {
    const message = `${lines} code lines, the limit is ${size_limits.file_lines}: split it by subject, or list it with a reason in scripts/tidy/sizes.ts`;
    findings.push({ path: file.path, line: 1, message });
  }
  for (const { node, name } of functionsOf(file.nodes))
    findings.push(...functionFindings(file, { node, name }, exceptions));
  return findings;
}

/** Exceptions that nothing needs any more. */
export function staleExceptions(files: readonly SourceFile[], exceptions: SizeExceptions): readonly Finding[] {
  const too_long = new Set(
    files.filter((file) => file.codeLines(0, file.text.length) > size_limits.file_lines).map((file) => file.path),
  );
  const too_long_functions = new Set(
    files.flatMap((file) =>
      functionsOf(file.nodes)
        .filter(({ node }) => file.codeLines(node.start, node.end) > size_limits.function_lines)
        .map(({ name }) => `${file.path}#${name}`),
    ),
  );
  const stale = [
    ...Object.keys(exceptions.files).filter((path) => !too_long.has(path)),
    ...Object.keys(exceptions.functions).filter((name) => !too_long_functions.has(name)),
  ];
  return stale.map((name) => ({
    path: 'scripts/tidy/sizes.ts',
    line: 1,
    message: `The exception for ${name} is not needed any more: remove it`,
  }));
}

function functionFindings(
  file: SourceFile,
  { node, name }: NamedFunction,
  exceptions: SizeExceptions,
): readonly Finding[] {
  const findings: Finding[] = [];
  const line = file.lineAt(node.start);
  const lines = file.codeLines(node.start, node.end);
  if (
    !file.is_test &&
    lines > size_limits.function_lines &&
    exceptions.functions[`${file.path}#${name}`] === undefined
  ) {
    const message = `${name}() has ${lines} code lines, the limit is ${size_limits.function_lines}: take steps out, or list it with a reason in scripts/tidy/sizes.ts`;
    findings.push({ path: file.path, line, message });
  }
  const parameters = isExported(file, node, name) ? size_limits.parameters : size_limits.private_parameters;
  if (!file.is_test && /^(server|client)\/src\//.test(file.path) && node.params.length > parameters) {
    const message = `${name}() has ${node.params.length} parameters, the limit is ${parameters}: take one object after the first`;
    findings.push({ path: file.path, line, message });
  }
  return findings;
}

type FunctionNode = PlainFunction | ArrowFunctionExpression;

interface NamedFunction {
  readonly node: FunctionNode;
  readonly name: string;
}

function functionsOf(nodes: readonly Node[]): readonly NamedFunction[] {
  const names = new Map<Node, string>();
  for (const node of nodes) {
    if (node.type === 'VariableDeclarator' && node.init !== null && node.id.type === 'Identifier') {
      names.set(node.init, node.id.name);
    }
    if (
      (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') &&
      node.value !== null &&
      node.key.type === 'Identifier'
    ) {
      names.set(node.value, node.key.name);
    }
  }
  return nodes
    .filter((node) => isFunction(node))
    .map((node) => ({ node, name: node.id?.name ?? names.get(node) ?? 'function' }));
}

function isExported(file: SourceFile, node: FunctionNode, name: string): boolean {
  return file.exports.has(name) && /^\s*export\b/.test(file.text.split('\n')[file.lineAt(node.start) - 1] ?? '');
}

function isFunction(node: Node): node is FunctionNode {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);
}
