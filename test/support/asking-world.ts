// A world for tests of tools that ask their person: our server with such tools, a kind of tool that asks several times and
// counts its runs, and two tenants with people.
import { z } from 'zod';
import type { Config } from '../../server/src/base/settings.ts';
import type { ToolKind } from '../../server/src/catalog/tool.ts';
import { toolKinds } from '../../server/src/kinds/kinds.ts';
import { addPerson, browse, csrfOf } from './people.ts';
import type { TestPerson } from './people.ts';
import { offerOf } from './pausing-world.ts';
import type { Offer } from './pausing-world.ts';
import { startTestServer } from './test-server.ts';
import type { Answer, TestServer } from './test-server.ts';

export interface AskingWorld {
  readonly toolcrib: TestServer;
  /** Runs of the tools of the kind `asks` that came to their first question. */
  runs(): number;
  person(name: string, options?: { readonly role?: string; readonly tenant?: 'acme' | 'other' }): Promise<TestPerson>;
  call(by: { readonly key: string }, tool: string, args?: object, more?: object): Promise<Answer>;
  /** The same, and the interaction that it waits for. */
  ask(by: { readonly key: string }, tool: string, args?: object, more?: object): Promise<Offer>;
  /** Opens the link as a browser without scripts, and sends the page's form. */
  answer(by: TestPerson, offer: Offer, form: Readonly<Record<string, string>>): Promise<Answer>;
  pass(ms: number): void;
  stop(): Promise<void>;
}

const tools = `
sources:
  mail: {kind: http, baseUrl: 'https://mail.example', credential: caller}
tools:
  ask_delivery:
    kind: input
    description: Asks where an order is delivered.
    message: |
      Where shall we deliver {{.what}}?
      <script>alert(1)</script>
    parameters:
      - {name: what, type: string, description: What is ordered}
      - {name: city, type: string, description: City if known, required: false}
    form:
      type: object
      required: [city, count]
      properties:
        city: {type: string, title: City, minLength: 2, maxLength: 40}
        mail: {type: string, title: E-mail, format: email, description: For the tracking number}
        day: {type: string, title: Day, format: date}
        count: {type: integer, title: Parcels, minimum: 1, maximum: 9, default: 1}
        speed: {type: string, title: Speed, oneOf: [{const: s, title: Slow}, {const: f, title: Fast}], default: s}
        gift: {type: boolean, title: It is a gift}
        note: {type: string, title: Note, maxLength: 1000}
  ask_twice:
    kind: asks
    description: Asks two questions.
    names: [first, second]
  ask_danger:
    kind: asks
    description: Asks after it has done harm.
    danger: critical
    names: [first]
  ask_account:
    kind: asks
    description: Calls another tool after it has done harm.
    danger: critical
    names: []
    calls: read_mail
  read_mail: {kind: http, source: mail, description: Reads mail., method: GET, path: /mail}
  ask_secret:
    kind: asks
    description: Asks for what nobody may ask.
    names: [userPassword]
`;

export async function startAskingWorld(config: Partial<Config> = {}): Promise<AskingWorld> {
  let runs = 0;
  const asks: ToolKind<{ names: string[]; calls?: string | undefined }> = {
    type: 'asks',
    aliases: [],
    source_types: [],
    fields: z.strictObject({ names: z.array(z.string()), calls: z.string().optional() }),
    check: () => [],
    prepare:
      ({ names, calls }) =>
      async (_args, ctx) => {
        runs += 1;
        if (calls !== undefined) await ctx.call(calls, {});
        const answers: unknown[] = [];
        for (const name of names) {
          const schema = { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] };
          answers.push((await ctx.pauses.ask({ message: `Tell me the ${name}.`, schema }))[name]);
        }
        return { kind: 'value', value: answers as string[] };
      },
  };
  let skipped = 0;
  const toolcrib = await startTestServer({
    tools,
    tenants: ['acme', 'other'],
    clock: { now: () => Date.now() + skipped, monotonic: () => performance.now() + skipped },
    more_kinds: { tools: [...toolKinds, asks] },
    config: { allowed_private: ['127.0.0.1'], ...config },
  });
  if (toolcrib.server.faults.length > 0) throw new Error(JSON.stringify(toolcrib.server.faults));
  const call: AskingWorld['call'] = (by, tool, args = {}, more = {}) =>
    toolcrib.request('POST', `/v1/tools/${tool}/call`, { key: by.key, body: { arguments: args, ...more } });
  return {
    toolcrib,
    runs: () => runs,
    person: (name, { role = 'member', tenant = 'acme' } = {}) =>
      addPerson(toolcrib, { email: `${name}@${tenant}.example`, role, by: toolcrib.keys[tenant] ?? '' }),
    call,
    ask: async (...input) => offerOf(await call(...input)),
    answer: async (by, offer, form) => {
      const path = new URL(offer.url).pathname;
      const page = await browse(toolcrib, 'GET', path, { cookie: by.cookie });
      return browse(toolcrib, 'POST', path, { cookie: by.cookie, form: { csrf: csrfOf(page), ...form } });
    },
    pass: (ms) => {
      skipped += ms;
    },
    stop: () => toolcrib.stop(),
  };
}
