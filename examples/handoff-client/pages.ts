// The pages. Everything that comes from elsewhere is escaped.
import type { ExamQuestion } from './exam.ts';
import type { StartData } from './toolcall.ts';

export function examPage(person: StartData, questions: readonly ExamQuestion[]): string {
  const fields = questions.map(
    ({ name, text, choices }) => `<fieldset><legend>${escape(text)}</legend>
${choices.map((choice) => `<label><input type="radio" name="${name}" value="${escape(choice)}" required> ${escape(choice)}</label>`).join('\n')}
</fieldset>`,
  );
  return page(
    'Exam',
    `<p>Hello ${escape(person.firstName)}, this is the exam “${escape(person.exam)}” (${escape(person.exam_kind)}).
${person.extra_time ? 'You have more time than others.' : ''}</p>
<form method="post" action="/exam/">${fields.join('\n')}<button>Hand in</button></form>`,
  );
}

export function donePage({ passed, score }: { readonly passed: boolean; readonly score: number }): string {
  return page(
    passed ? 'Passed' : 'Not passed',
    `<p role="status">You have ${score} of 3 points. Your result has arrived where you came from; you can close this page.</p>`,
  );
}

export function undeliveredPage(): string {
  return page(
    'Not delivered yet',
    `<p role="alert">Your result is here, and could not be delivered.</p>
<form method="post" action="/deliver/"><button>Try again</button></form>`,
  );
}

export function lostPage(): string {
  return page(
    'Begin again',
    '<p role="alert">This link is not valid any more. Go back to where you came from and begin again.</p>',
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}
label{display:block;padding:.4rem 0}fieldset{margin:1rem 0}button{font:inherit;padding:.6rem 1.2rem}</style></head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`;
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? '');
}
