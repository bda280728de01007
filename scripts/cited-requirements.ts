// Which promises a test file cites. Read from its syntax, so that all files are known without running them.
import type { SourceFile } from './tidy/source-file.ts';

/** The ids in calls of `verifies('…')`. Throws when one is not a literal, because it could not be counted. */
export function citedRequirements(file: SourceFile): readonly string[] {
  return file.nodes.flatMap((node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'verifies')
      return [];
    return node.arguments.map((id) => {
      if (id.type === 'Literal' && typeof id.value === 'string') return id.value;
      throw new Error(`${file.path}:${file.lineAt(node.start)}: write the ids of verifies() as string literals`);
    });
  });
}
