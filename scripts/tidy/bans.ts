// Constructs that are written in one place only, each with what to write instead. Comments and strings are not searched.
import type { Expression, Node } from 'oxc-parser';
import { descendants } from './source-file.ts';
import type { Finding, SourceFile } from './source-file.ts';

interface Ban {
  /** Where the construct is refused. */
  readonly applies: (file: SourceFile) => boolean;
  readonly finds: (node: Node) => boolean;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

const product = /^(server|client)\/src\//;
const inProduct = (file: SourceFile): boolean => product.test(file.path) && !file.is_test;
const inServer = (file: SourceFile): boolean => file.path.startsWith('server/src/') && !file.is_test;
const except = (applies: (file: SourceFile) => boolean, path: string) => (file: SourceFile) =>
  applies(file) && file.path !== path;

const connection_message =
  'Outgoing connections are opened by base/http-client.ts only: take an HttpClient; the CLI goes through @toolcrib/client';

const bans: readonly Ban[] = [
  {
    applies: except(inProduct, 'server/src/base/config.ts'),
    finds: (node) => isMember(node, 'process', 'env'),
    message: 'process.env is read only in base/config.ts: add a setting there and pass the value in',
  },
  {
    applies: except(inServer, 'server/src/base/clock.ts'),
    finds: (node) => isCall(node, 'Date', 'now') || isCall(node, 'performance', 'now') || isNew(node, 'Date', 0),
    message: 'The time is passed in: take a Clock (base/clock.ts) and call now() or monotonic()',
  },
  {
    applies: inProduct,
    finds: (node) => isMember(node, 'Math', 'random'),
    message:
      'Math.random can be guessed and cannot be passed in: take Ids (base/ids.ts), or randomBytes of node:crypto for secrets',
  },
  {
    applies: except(inServer, 'server/src/base/ids.ts'),
    finds: (node) => isMember(node, 'crypto', 'randomUUID') || isFunctionCall(node, 'randomUUID'),
    message: 'Identifiers are passed in: take Ids (base/ids.ts) and call uuid()',
  },
  {
    applies: inServer,
    finds: (node) =>
      isFunctionCall(node, 'fetch') ||
      ['globalThis', 'global'].some((name) => isMember(node, name, 'fetch')) ||
      ['WebSocket', 'EventSource'].some((name) => isNewOf(node, name)) ||
      ['http', 'https'].some((name) => isCall(node, name, 'request') || isCall(node, name, 'get')),
    message: connection_message,
  },
  {
    applies: inServer,
    finds: (node) => node.type === 'ThrowStatement' && isBuiltInError(node.argument),
    message:
      "Only catalogue errors are thrown: throw new ToolcribError('<code>', { cause }), or a TypeError for what cannot happen",
  },
  {
    applies: inServer,
    finds: (node) => node.type === 'Property' && node.kind !== 'init',
    message:
      'An accessor in a literal keeps each of its objects from dying young (docs/decisions/0064): write a class with a getter, or a function',
  },
  {
    applies: (file) => file.is_test && !file.path.startsWith('test/support/'),
    finds: isSleep,
    message: 'Tests do not sleep: wait for the condition (waitFor of test/support, vi.waitFor), or pass a clock',
  },
  {
    applies: (file) => file.is_test,
    finds: (node) => isTestProperty(node, ['only']),
    message: 'A focused test hides the others: remove .only',
  },
];

/** Findings on banned constructs, in the order of the table above. */
export function banFindings(file: SourceFile): readonly Finding[] {
  const findings = bans
    .filter((ban) => ban.applies(file))
    .flatMap((ban) => file.nodes.filter(ban.finds).map((node) => finding(file, node, ban.message)));
  return [...findings, ...handedOnFetch(file), ...unexplainedSkips(file)];
}

/** The global function as a value, given to a library: in a file that declares no `fetch` of its own. */
function handedOnFetch(file: SourceFile): readonly Finding[] {
  if (!inServer(file)) return [];
  const values = file.nodes.flatMap((node): readonly (Node | null)[] => {
    switch (node.type) {
      case 'CallExpression':
      case 'NewExpression':
        return node.arguments;
      case 'Property':
        return [node.value];
      case 'VariableDeclarator':
        return [node.init];
      case 'AssignmentExpression':
        return [node.right];
      case 'ArrowFunctionExpression':
        return [node.body];
      case 'ReturnStatement':
        return [node.argument];
      case 'LogicalExpression':
        return [node.left, node.right];
      default:
        return [];
    }
  });
  const handed_on = values.filter((value) => isName(value ?? undefined, 'fetch'));
  if (handed_on.length === 0 || file.nodes.some(declaresFetch)) return [];
  return handed_on.flatMap((value) => (value === null ? [] : [finding(file, value, connection_message)]));
}

function declaresFetch(node: Node): boolean {
  if (node.type === 'VariableDeclarator') return isName(node.id, 'fetch');
  if (node.type === 'ObjectPattern') {
    return node.properties.some((property) => property.type === 'Property' && isName(property.value, 'fetch'));
  }
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionDeclaration') return false;
  return node.params.some((parameter) => isName(parameter, 'fetch'));
}

const skip_message = 'A skipped test says why: write the comment "// Skipped: <reason>" above it';

function unexplainedSkips(file: SourceFile): readonly Finding[] {
  if (!file.is_test) return [];
  const explained = new Set(
    file.comments
      .filter((comment) => /^\s*Skipped: \S/.test(comment.value))
      .map((comment) => file.lineAt(comment.end) + 1),
  );
  return file.nodes
    .filter((node) => isTestProperty(node, ['skip', 'skipIf', 'runIf', 'todo', 'fails']))
    .filter((node) => !explained.has(file.lineAt(node.start)))
    .map((node) => finding(file, node, skip_message));
}

function finding(file: SourceFile, node: Node, message: string): Finding {
  return { path: file.path, line: file.lineAt(node.start), message };
}

function isMember(node: Node, object: string, property: string): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === object &&
    propertyName(node.property) === property
  );
}

function propertyName(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function isCall(node: Node, object: string, property: string): boolean {
  return node.type === 'CallExpression' && isMember(node.callee, object, property);
}

function isFunctionCall(node: Node, name: string): boolean {
  return node.type === 'CallExpression' && isName(node.callee, name);
}

function isNew(node: Node, name: string, count: number): boolean {
  return node.type === 'NewExpression' && isName(node.callee, name) && node.arguments.length === count;
}

function isNewOf(node: Node, name: string): boolean {
  return node.type === 'NewExpression' && isName(node.callee, name);
}

function isName(node: Node | undefined, name: string): boolean {
  return node?.type === 'Identifier' && node.name === name;
}

function isBuiltInError(node: Expression): boolean {
  return node.type === 'NewExpression' && ['Error', 'RangeError'].some((name) => isName(node.callee, name));
}

/** `test.only`, `describe.skip`, `it.todo`, and the same on a chain such as `test.concurrent.only`. */
function isTestProperty(node: Node, properties: readonly string[]): boolean {
  if (node.type !== 'MemberExpression' || node.computed) return false;
  const name = propertyName(node.property);
  return name !== undefined && properties.includes(name) && isTestFunction(node.object);
}

function isTestFunction(node: Node): boolean {
  if (node.type === 'MemberExpression') return isTestFunction(node.object);
  return ['test', 'it', 'describe', 'suite'].some((name) => isName(node, name));
}

/** A promise that a timer resolves after a fixed time, or a timer of node:timers/promises. A timer that rejects is a limit, not a sleep. */
function isSleep(node: Node): boolean {
  if (isCall(node, 'timers', 'setTimeout') || isFunctionCall(node, 'sleep') || isFunctionCall(node, 'delay'))
    return true;
  if (node.type === 'CallExpression' && isName(node.callee, 'setTimeout')) {
    // The promise form takes the time first; the callback form takes a function.
    return node.arguments[0]?.type === 'Literal';
  }
  if (node.type !== 'NewExpression' || !isName(node.callee, 'Promise')) return false;
  const [executor] = node.arguments;
  if (executor?.type !== 'ArrowFunctionExpression' && executor?.type !== 'FunctionExpression') return false;
  const [resolve] = executor.params;
  if (resolve?.type !== 'Identifier') return false;
  return descendants(executor).some(
    (inner) =>
      inner.type === 'CallExpression' &&
      isName(inner.callee, 'setTimeout') &&
      (isName(inner.arguments[0], resolve.name) || callsOnly(inner.arguments[0], resolve.name)),
  );
}

function callsOnly(node: Node | undefined, name: string): boolean {
  return node?.type === 'ArrowFunctionExpression' && isFunctionCall(node.body, name);
}
