// Regular expressions of JSON Schema (ECMAScript), run by a matcher of our own that counts its steps: whoever wrote the
// expression may be an attacker, and the engine of the platform cannot be stopped. Only single characters are asked of it.
import { limits } from '../../base/limits.ts';
import { parsePattern } from './parse-pattern.ts';
import type { Assertion } from './parse-pattern.ts';
import { toProgram } from './pattern-program.ts';
import type { Instruction, Program } from './pattern-program.ts';
import { TooComplex } from './run.ts';
import type { Run } from './run.ts';

export interface EcmaPattern {
  readonly source: string;
  /** Whether it is found anywhere in the text; throws `TooComplex` when the steps of the run are used up. */
  isIn(text: string, run: Budget): boolean;
}

type Budget = Pick<Run, 'pattern_steps'>;

/** The compiled expression, or what is wrong with it. */
export function compileEcmaPattern(source: string): EcmaPattern | { readonly problem: string } {
  const parsed = parsePattern(source);
  if ('problem' in parsed) return parsed;
  const program = toProgram(parsed.root, parsed.groups);
  const { is_anchored } = parsed;
  return {
    source,
    isIn: (text, run) => {
      const last = is_anchored ? 0 : text.length;
      for (let start = 0; start <= last; start += widthAt(text, start)) {
        if (match(program, { text, run, pc: 0, start }) !== undefined) return true;
      }
      return false;
    },
  };
}

interface Matching {
  readonly text: string;
  readonly run: Budget;
  readonly pc: number;
  readonly start: number;
  /** What is kept when a match inside of another begins. */
  readonly registers?: readonly number[];
  /** Where the match must end; anywhere when absent. */
  readonly end?: number;
}

interface State {
  pc: number;
  at: number;
  registers: number[];
}

/** Where to go on when what was tried has failed. */
interface Choice extends State {
  /** Places of one repeated character that are left: shorter ones down to here, or longer ones as many times. */
  readonly many?: { readonly least: number } | { left: number; readonly accepts: (code: number) => boolean };
}

interface Machine {
  readonly program: Program;
  readonly text: string;
  readonly run: Budget;
  readonly choices: Choice[];
}

/** The registers of the first match; undefined when there is none. */
function match(program: Program, { text, run, pc, start, registers, end }: Matching): readonly number[] | undefined {
  const machine: Machine = { program, text, run, choices: [] };
  const kept = registers ?? Array.from({ length: program.registers }, () => -1);
  let state: State | undefined = { pc, at: start, registers: [...kept] };
  while (state !== undefined) {
    spend(run, 1);
    const instruction: Instruction = program.code[state.pc] ?? { op: 'done' };
    if (instruction.op === 'done') {
      if (end === undefined || state.at === end) return state.registers;
      state = nextChoice(machine);
    } else if (!advance(state, instruction, machine)) state = nextChoice(machine);
  }
  return undefined;
}

function spend(run: Budget, steps: number): void {
  run.pattern_steps -= steps;
  if (run.pattern_steps < 0) throw new TooComplex();
}

function keep({ choices, run }: Machine, choice: Choice): void {
  if (choices.length >= limits.pattern_choices) throw new TooComplex();
  spend(run, 1 + (choice.registers.length >> 3));
  choices.push(choice);
}

function nextChoice({ choices, text, run }: Machine): State | undefined {
  const choice = choices.at(-1);
  if (choice === undefined) return undefined;
  const { pc, at, registers, many: left } = choice;
  if (left === undefined) {
    choices.pop();
    return choice;
  }
  spend(run, 1);
  if ('least' in left) {
    if (at <= left.least) choices.pop();
    else choice.at -= at >= 2 && widthAt(text, at - 2) === 2 ? 2 : 1;
    return { pc, at, registers: [...registers] };
  }
  const then = left.left > 0 ? after(text, at, left.accepts) : at;
  if (then === at) {
    choices.pop();
    return { pc, at, registers };
  }
  choice.at = then;
  left.left -= 1;
  return { pc, at, registers: [...registers] };
}

/** Whether the instruction holds; the state is then behind it. */
function advance(state: State, instruction: Exclude<Instruction, { op: 'done' }>, machine: Machine): boolean {
  const { text } = machine;
  const { at, registers } = state;
  state.pc += 1;
  switch (instruction.op) {
    case 'atom':
      state.at = after(text, at, instruction.accepts);
      return state.at > at;
    case 'many':
      return many(state, instruction, machine);
    case 'split':
      keep(machine, { pc: instruction.second, at, registers: [...registers] });
      state.pc = instruction.first;
      return true;
    case 'jump':
      state.pc = instruction.to;
      return true;
    case 'save':
      registers[instruction.register] = at;
      return true;
    case 'back':
      return back(state, instruction.register, machine);
    case 'assert':
      return holds(instruction.assertion, text, at);
    case 'look':
      return look(state, instruction, machine);
    case 'begin':
      registers[instruction.register] = 0;
      return true;
    case 'loop':
      return loop(state, instruction, machine);
    case 'again': {
      const { register, min, loop: to } = instruction;
      const count = registers[register] ?? 0;
      // What is empty would be repeated for ever.
      if (at === registers[register + 1] && count >= min) return false;
      registers[register] = count + 1;
      state.pc = to;
      return true;
    }
  }
}

type Of<Op extends Instruction['op']> = Extract<Instruction, { readonly op: Op }>;

function many(state: State, { accepts, repeat }: Of<'many'>, machine: Machine): boolean {
  const { text, run } = machine;
  const { min, max, is_greedy } = repeat;
  let least = state.at;
  let count = 0;
  for (const enough = is_greedy ? max : min; count < enough; count += 1) {
    spend(run, 1);
    const then = after(text, state.at, accepts);
    if (then === state.at) break;
    state.at = then;
    if (count < min) least = then;
  }
  if (count < min) return false;
  const { pc, at, registers } = state;
  if (!is_greedy) {
    const then = count < max ? after(text, at, accepts) : at;
    if (then > at) keep(machine, { pc, at: then, registers: [...registers], many: { left: max - count - 1, accepts } });
  } else if (at > least) {
    const shorter = at - (at >= 2 && widthAt(text, at - 2) === 2 ? 2 : 1);
    keep(machine, { pc, at: shorter, registers: [...registers], many: { least } });
  }
  return true;
}

function loop(state: State, { register, repeat, exit }: Of<'loop'>, machine: Machine): boolean {
  const { at, registers, pc } = state;
  const { min, max, is_greedy } = repeat;
  const count = registers[register] ?? 0;
  if (count >= max) {
    state.pc = exit;
    return true;
  }
  const before = [...registers];
  registers[register + 1] = at;
  if (count < min) return true;
  if (is_greedy) keep(machine, { pc: exit, at, registers: before });
  else {
    keep(machine, { pc, at, registers: [...registers] });
    state.pc = exit;
  }
  return true;
}

function back(state: State, register: number, { text, run }: Machine): boolean {
  const { at, registers } = state;
  const [start = -1, end = -1] = registers.slice(register, register + 2);
  const part = start < 0 || end < start ? '' : text.slice(start, end);
  spend(run, part.length);
  state.at = at + part.length;
  return text.startsWith(part, at);
}

function look(state: State, { is_ahead, is_negated, end }: Of<'look'>, { program, text, run }: Machine): boolean {
  const { at, registers, pc } = state;
  let found: readonly number[] | undefined;
  if (is_ahead) found = match(program, { text, run, pc, start: at, registers });
  else {
    for (let start = at; start >= 0 && found === undefined; start -= 1) {
      found = match(program, { text, run, pc, start, registers, end: at });
    }
  }
  state.pc = end;
  if (!is_negated && found !== undefined) state.registers = [...found];
  return (found !== undefined) !== is_negated;
}

/** Behind the character at a place, or the place itself when it is none that counts. */
function after(text: string, at: number, accepts: (code: number) => boolean): number {
  const code = text.codePointAt(at);
  if (code === undefined || !accepts(code)) return at;
  return at + (code > 0xffff ? 2 : 1);
}

/** Units of the character at a place; a place behind the end counts as one. */
function widthAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function holds(assertion: Assertion, text: string, at: number): boolean {
  switch (assertion) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'word_edge':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'no_word_edge':
      return isWord(text, at - 1) === isWord(text, at);
  }
}

function isWord(text: string, at: number): boolean {
  return /^\w$/.test(text.charAt(at));
}
