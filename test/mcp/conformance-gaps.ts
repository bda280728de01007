// Scenarios of the official conformance suite that cannot pass yet, with the reason. conformance.test.ts holds the table
// exact: one that fails and is not listed is red, and so is one that is listed and passes.

export interface Gap {
  /** What is missing. */
  readonly reason: string;
  /** Where most of the scenario passes: the checks that do not. */
  readonly checks?: readonly string[];
}

const prompts: Gap = { reason: "The messages of prompts are texts, as in the toolbox's format." };
const resources: Gap = {
  reason: 'Nothing tells when a file of the configuration changes; there is no stream to tell it on.',
};
const completion: Gap = { reason: 'Arguments of prompts have no list of values to complete from.' };
const pauses: Gap = {
  reason:
    'Calls pause for a person with a link to a page of ours (URL elicitation), never with a form, and ask no model.',
};
const tasks: Gap = { reason: 'Calls that outlive their request (the Tasks extension) are not there yet.' };
const schema: Gap = { reason: 'Input schemas come from parameters; a tool cannot bring a JSON Schema of its own yet.' };

// oxfmt-ignore
export const gaps: Readonly<Record<string, Readonly<Record<string, Gap>>>> = {
  '2025-11-25': {
    'completion-complete': completion,
    'tools-call-sampling': pauses,
    'tools-call-elicitation': pauses,
    'elicitation-sep1034-defaults': pauses,
    'elicitation-sep1330-enums': pauses,
    'resources-subscribe': resources,
    'resources-unsubscribe': resources,
    'prompts-get-embedded-resource': prompts,
    'prompts-get-with-image': prompts,
    'json-schema-2020-12': schema,
  },
  '2026-07-28': {
    'server-stateless': {
      reason: 'No tool needs a capability of its client: one that cannot show a link is given it as text.',
      checks: ['sep-2575-missing-capability-http-400', 'sep-2575-server-rejects-undeclared-capability'],
    },
    'completion-complete': completion,
    'prompts-get-embedded-resource': prompts,
    'prompts-get-with-image': prompts,
    'input-required-result-basic-elicitation': pauses,
    'input-required-result-basic-sampling': pauses,
    'input-required-result-basic-list-roots': pauses,
    'input-required-result-request-state': pauses,
    'input-required-result-multiple-input-requests': pauses,
    'input-required-result-multi-round': pauses,
    'input-required-result-non-tool-request': pauses,
    'input-required-result-result-type': pauses,
    'input-required-result-tampered-state': pauses,
    'input-required-result-capability-check': pauses,
    'tasks-lifecycle': tasks,
    'tasks-capability-negotiation': tasks,
    'tasks-wire-fields': tasks,
    'tasks-request-state-removal': tasks,
    'tasks-mrtr-input': tasks,
    'tasks-request-headers': tasks,
    'tasks-dispatch-and-envelope': tasks,
    'tasks-required-task-error': tasks,
    'tasks-mrtr-composition': tasks,
    'json-schema-2020-12': schema,
    'http-custom-header-server-validation': { reason: 'No tool declares a parameter that travels in a header.' },
  },
};
