// The part of the page that asks what a tool wants to know. The tool's words are shown as its words; what is typed in goes to
// that tool alone, and a form that was refused comes back filled in.
import type { Fault, ToolcribError } from '../../../base/errors.ts';
import type { Interaction } from '../../../interactions/find-interactions.ts';
import type { AnswerField, TextFormat } from '../../../catalog/read-question.ts';
import { fieldsOf } from '../../../interactions/input/ask.ts';
import type { TextOf } from '../../../interactions/input/read-answers.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';

export interface InputView {
  readonly interaction: Interaction;
  /** The start of every form: its hidden fields. */
  readonly fields: Html;
  /** What was wrong with the form just sent, and the form. */
  readonly error: ToolcribError | undefined;
  readonly form: URLSearchParams | undefined;
}

export function inputPart({ interaction, fields, error, form }: InputView): Html {
  const { details, status, tool } = interaction;
  if (status !== 'pending' || details.kind !== 'input') return html``;
  const faults = error?.faults ?? [];
  return html`<h2>What the tool <code>${tool}</code> asks</h2>
<blockquote>${details.message}</blockquote>
<form method="post" autocomplete="off">${fields}
${fieldsOf(details).map((field) => fieldInput(field, { faults, form }))}
<p>Your answer goes to this tool and to the program that has called it. Never type a password or another secret here.</p>
<button name="do" value="refuse" class="plain" formnovalidate>I do not want to answer</button>
<button name="do" value="answer">Send the answer</button>
</form>`;
}

/** Above the page of a form that was refused: which answers, in the words of the form. */
export function answersBox({ faults }: ToolcribError): Html {
  const what = faults.length === 1 ? 'One answer cannot be taken' : `${faults.length} answers cannot be taken`;
  return html`<div class="error" role="alert"><p><strong>${what}.</strong> What is wrong stands at the question; nothing was sent.</p></div>`;
}

/** How the answers stand in the posted form. */
export function answersIn(form: URLSearchParams): TextOf {
  return (name) => form.get(inputName(name)) ?? undefined;
}

function inputName(name: string): string {
  return `answer.${name}`;
}

interface Sent {
  readonly faults: readonly Fault[];
  readonly form: URLSearchParams | undefined;
}

function fieldInput(field: AnswerField, { faults, form }: Sent): Html {
  const id = inputName(field.name);
  const fault = faults.find(({ path }) => path === `answers.${field.name}`);
  const notes = [fault && `${id}.fault`, field.description && `${id}.help`].filter((note) => note !== undefined);
  const described = notes.length > 0 && html` aria-describedby="${notes.join(' ')}"`;
  const attributes = html`id="${id}" name="${id}"${described}${fault !== undefined && html` aria-invalid="true"`}`;
  const text = form === undefined ? defaultOf(field) : (answersIn(form)(field.name) ?? '');
  const help = html`${field.description !== undefined && html`<p id="${id}.help" class="quiet">${field.description}</p>`}
${fault !== undefined && html`<p id="${id}.fault" class="fault">${field.title}: ${fault.message}.</p>`}`;
  if (field.kind === 'yes_no') {
    return html`<label for="${id}"><input type="checkbox" value="yes" ${attributes}${text !== '' && html` checked`}> ${field.title}</label>
${help}`;
  }
  return html`<label for="${id}">${field.title}${!field.required && html` <span class="quiet">(optional)</span>`}</label>
${help}
${control(field, { text, attributes: html`${attributes}${field.required && html` required`}` })}`;
}

function defaultOf(field: AnswerField): string {
  if (field.kind === 'yes_no') return field.default ? 'yes' : '';
  return field.default === undefined ? '' : String(field.default);
}

interface Filled {
  readonly text: string;
  readonly attributes: Html;
}

function control(field: Exclude<AnswerField, { kind: 'yes_no' }>, { text, attributes }: Filled): Html {
  switch (field.kind) {
    case 'choice':
      return html`<select ${attributes}><option value="">Choose …</option>
${field.choices.map(({ value, title }) => html`<option value="${value}"${value === text && html` selected`}>${title}</option>`)}</select>`;
    case 'number': {
      const { whole, minimum, maximum } = field;
      const bounds = html`${minimum !== undefined && html` min="${minimum}"`}${maximum !== undefined && html` max="${maximum}"`}`;
      return html`<input type="number" step="${whole ? '1' : 'any'}"${bounds} ${attributes} value="${text}">`;
    }
    case 'text': {
      const { format, min_length, max_length } = field;
      const bounds = html` maxlength="${max_length}"${min_length > 0 && html` minlength="${min_length}"`}`;
      // A line end at its beginning is dropped by the browser.
      if (format === undefined && max_length > one_line)
        return html`<textarea rows="4"${bounds} ${attributes}>
${text}</textarea>`;
      return html`<input type="${format === undefined ? 'text' : inputTypes[format]}"${bounds} ${attributes} value="${text}">`;
    }
  }
}

/** Characters of what is written in one line. */
const one_line = 200;

/** `date-time` has a zone, which no input of a browser asks for. */
const inputTypes = {
  email: 'email',
  uri: 'url',
  date: 'date',
  'date-time': 'text',
} as const satisfies Record<TextFormat, string>;
