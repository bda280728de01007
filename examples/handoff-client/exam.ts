// The exam itself: three questions, a point for each right answer, two are enough.

export interface ExamQuestion {
  readonly name: string;
  readonly text: string;
  readonly choices: readonly string[];
}

const questions: readonly (ExamQuestion & { readonly right: string })[] = [
  {
    name: 'fire',
    text: 'The printer burns. What first?',
    choices: ['Open a window', 'Warn the others', 'Print on'],
    right: 'Warn the others',
  },
  { name: 'exit', text: 'Which way out?', choices: ['The stairs', 'The lift'], right: 'The stairs' },
  { name: 'number', text: 'Whom do you call in Europe?', choices: ['112', '0800', 'Nobody'], right: '112' },
];

const enough = 2;

export const examQuestions: readonly ExamQuestion[] = questions;

export function scoreOf(answers: URLSearchParams): { readonly score: number; readonly passed: boolean } {
  const score = questions.filter(({ name, right }) => answers.get(name) === right).length;
  return { score, passed: score >= enough };
}
