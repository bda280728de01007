// A regular expression as a list of instructions for the matcher in ecma-pattern.ts.
import type { Assertion, Atom, PatternNode, Repeat } from './parse-pattern.ts';

export type Instruction =
  | { readonly op: 'atom'; readonly accepts: Atom['accepts'] }
  /** The same one character again and again. */
  | { readonly op: 'many'; readonly accepts: Atom['accepts']; readonly repeat: Repeat }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'save'; readonly register: number }
  | { readonly op: 'back'; readonly register: number }
  | { readonly op: 'assert'; readonly assertion: Assertion }
  | { readonly op: 'look'; readonly is_ahead: boolean; readonly is_negated: boolean; readonly end: number }
  | { readonly op: 'begin'; readonly register: number }
  /** Whether to go on with a group that is repeated, whose count and start are in two registers. */
  | { readonly op: 'loop'; readonly register: number; readonly repeat: Repeat; readonly exit: number }
  | { readonly op: 'again'; readonly register: number; readonly min: number; readonly loop: number }
  | { readonly op: 'done' };

export interface Program {
  readonly code: readonly Instruction[];
  /** Numbers that the matcher keeps: where groups start and end, how often loops have run. */
  readonly registers: number;
}

interface Writing {
  readonly code: Instruction[];
  /** Groups are remembered only where something refers to one. */
  readonly remembers: boolean;
  registers: number;
}

export function toProgram(root: PatternNode, groups: number): Program {
  const remembers = refersBack(root);
  const writing: Writing = { code: [], remembers, registers: remembers ? 2 * (groups + 1) : 0 };
  write(root, writing);
  writing.code.push({ op: 'done' });
  return writing;
}

function refersBack(node: PatternNode): boolean {
  if (node.kind === 'back') return true;
  if ('nodes' in node) return node.nodes.some((inner) => refersBack(inner));
  return 'node' in node && refersBack(node.node);
}

function write(node: PatternNode, writing: Writing): void {
  const { code, remembers } = writing;
  switch (node.kind) {
    case 'atom':
      code.push({ op: 'atom', accepts: node.accepts });
      break;
    case 'sequence':
      for (const inner of node.nodes) write(inner, writing);
      break;
    case 'choice':
      writeChoice(node.nodes, writing);
      break;
    case 'repeat':
      if (node.node.kind === 'atom') code.push({ op: 'many', accepts: node.node.accepts, repeat: node });
      else writeLoop(node, writing);
      break;
    case 'group':
      if (remembers) code.push({ op: 'save', register: 2 * node.number });
      write(node.node, writing);
      if (remembers) code.push({ op: 'save', register: 2 * node.number + 1 });
      break;
    case 'back':
      code.push({ op: 'back', register: 2 * node.number });
      break;
    case 'assertion':
      code.push({ op: 'assert', assertion: node.assertion });
      break;
    case 'look': {
      const at = code.push({ op: 'done' }) - 1;
      write(node.node, writing);
      code.push({ op: 'done' });
      code[at] = { op: 'look', is_ahead: node.is_ahead, is_negated: node.is_negated, end: code.length };
    }
  }
}

function writeChoice(nodes: readonly PatternNode[], writing: Writing): void {
  const { code } = writing;
  const exits: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const is_last = index === nodes.length - 1;
    const split = is_last ? -1 : code.push({ op: 'done' }) - 1;
    write(node, writing);
    if (is_last) break;
    exits.push(code.push({ op: 'done' }) - 1);
    code[split] = { op: 'split', first: split + 1, second: code.length };
  }
  for (const exit of exits) code[exit] = { op: 'jump', to: code.length };
}

function writeLoop(repeat: Repeat, writing: Writing): void {
  const { code } = writing;
  const register = writing.registers;
  writing.registers += 2;
  code.push({ op: 'begin', register });
  const loop = code.push({ op: 'done' }) - 1;
  write(repeat.node, writing);
  code.push({ op: 'again', register, min: repeat.min, loop });
  code[loop] = { op: 'loop', register, repeat, exit: code.length };
}
