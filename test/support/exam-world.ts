// A world for tests of hand-offs: our server with tools whose work is done at a client elsewhere, that client, and people of
// two tenants.
import type { Config } from '../../server/src/base/settings.ts';
import { startExamClient } from './exam-client.ts';
import type { ExamClient, WireAnswer } from './exam-client.ts';
import { addPerson, browse } from './people.ts';
import type { TestPerson } from './people.ts';
import { startTestServer } from './test-server.ts';
import type { Answer, TestServer } from './test-server.ts';

export interface ExamWorld {
  readonly toolcrib: TestServer;
  readonly client: ExamClient;
  readonly other_client: ExamClient;
  person(name: string, options?: { readonly role?: string; readonly tenant?: 'acme' | 'other' }): Promise<TestPerson>;
  /** Calls a tool over REST; `exam` when none is named. */
  call(by: { readonly key: string }, options?: CallOptions): Promise<Answer>;
  /** The same, and the id of the interaction that it waits for. */
  pause(by: { readonly key: string }, options?: CallOptions): Promise<string>;
  /** The person presses the button of the interaction's page: where their browser is sent. */
  press(by: TestPerson, interaction_id: string): Promise<Answer>;
  /** From the call to the start data at the client. */
  begin(by: TestPerson, options?: CallOptions): Promise<Begun>;
  /** The newest hand-off of the person. */
  latest(by: { readonly key: string }): Promise<Answer['body']>;
  pass(ms: number): void;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly tool?: string;
  readonly args?: unknown;
}

export interface Begun {
  readonly interaction_id: string;
  readonly location: string;
  readonly token: string;
  readonly answer: WireAnswer;
  /** `data` of the start data. */
  readonly start: WireAnswer['body'];
}

function examTools(client: ExamClient, other: ExamClient): string {
  return `
sources:
  testclient: {kind: handoff, start_url: ${client.start_url}, result_url: ${client.result_url}}
  otherclient:
    kind: handoff
    start_url: ${other.start_url}
    result_url: ${other.result_url}
    debug: true
    signing_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
tools:
  exam: {kind: handoff, source: testclient, slug: my-tool, description: An exam.}
  retake:
    kind: handoff
    source: testclient
    description: An exam that can be begun again.
    restartable: true
    restart_duration_ms: 600000
  sign:
    kind: handoff
    source: otherclient
    description: A signature under a text.
    work_timeout_ms: 3600000
    parameters:
      - {name: text, type: string, description: What is signed}
    output_schema:
      type: object
      properties: {signature: {type: string, minLength: 3}}
      required: [signature]
  exam_elsewhere: {kind: handoff, source: otherclient, slug: my-tool-2, description: Another exam.}
`;
}

export async function startExamWorld(config: Partial<Config> = {}): Promise<ExamWorld> {
  const client = await startExamClient();
  const other_client = await startExamClient('otherclient');
  let skipped = 0;
  const toolcrib = await startTestServer({
    tools: examTools(client, other_client),
    tenants: ['acme', 'other'],
    clock: { now: () => Date.now() + skipped, monotonic: () => performance.now() + skipped },
    config: { allowed_private: ['127.0.0.1'], ...config },
  });
  if (toolcrib.server.faults.length > 0) throw new Error(JSON.stringify(toolcrib.server.faults));
  client.root = other_client.root = `${toolcrib.url}/`;
  const world: ExamWorld = {
    toolcrib,
    client,
    other_client,
    person: (name, { role = 'member', tenant = 'acme' } = {}) =>
      addPerson(toolcrib, { email: `${name}@${tenant}.example`, role, by: toolcrib.keys[tenant] ?? '' }),
    call: (by, { tool = 'exam', args = {} } = {}) =>
      toolcrib.request('POST', `/v1/tools/${tool}/call`, { key: by.key, body: { arguments: args } }),
    pause: async (by, options) => interactionOf(await world.call(by, options)),
    press: (by, interaction_id) => pressStart(toolcrib, by, interaction_id),
    begin: async (by, options) => {
      const interaction_id = await world.pause(by, options);
      const pressed = await world.press(by, interaction_id);
      const location = pressed.headers.get('location') ?? '';
      const to = location.startsWith(other_client.http.url) ? other_client : client;
      const answer = await to.arrive(location);
      const token = new URL(location).searchParams.get('access_token') ?? '';
      return { interaction_id, location, token, answer, start: answer.body.data };
    },
    latest: async (by) => {
      const { body } = await toolcrib.request('GET', '/v1/handoffs', { key: by.key });
      return (await toolcrib.request('GET', `/v1/handoffs/${body.handoffs[0].id}`, { key: by.key })).body;
    },
    pass: (ms) => {
      skipped += ms;
    },
    stop: async () => {
      await toolcrib.stop();
      await client.close();
      await other_client.close();
    },
  };
  return world;
}

export async function pressStart(
  toolcrib: Pick<TestServer, 'url'>,
  by: Pick<TestPerson, 'cookie'>,
  interaction_id: string,
): Promise<Answer> {
  const path = `/interactions/${interaction_id}`;
  const page = await browse(toolcrib, 'GET', path, { cookie: by.cookie });
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  return browse(toolcrib, 'POST', path, { cookie: by.cookie, form: { csrf, do: 'start' } });
}

/** Whatever form the surface gives a call that waits. */
export function interactionOf({ status, body, text }: Answer): string {
  const interaction = body?.pending ?? body?.error?.interaction;
  if (interaction === undefined) throw new Error(`No pause: ${status} ${text}`);
  return interaction.id as string;
}
