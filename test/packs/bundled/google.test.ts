// The pack `google`, through the whole server, against a server that knows the documented addresses and parameters of Google's
// interfaces and answers in their documented shapes
// (https://developers.google.com/workspace/gmail/api, …/calendar/api, …/drive/api).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCommonErrors, startPackWorld } from './pack-world.ts';
import type { Asked, PackWorld, ProviderAnswer } from './pack-world.ts';

const headers = [
  { name: 'From', value: 'Ada <ada@example.com>' },
  { name: 'To', value: 'bob@example.com' },
  { name: 'Subject', value: 'Hello' },
  { name: 'Date', value: 'Fri, 2 Jan 2026 10:00:00 +0000' },
];
const part = (mimeType: string, text: string, filename = '') => ({
  ...{ partId: '0', mimeType, filename, headers: [] },
  body: { size: text.length, data: Buffer.from(text).toString('base64url') },
});
const message = {
  ...{
    id: 'm1',
    threadId: 't1',
    labelIds: ['INBOX'],
    snippet: 'Hello there',
    historyId: '1',
    internalDate: '1',
    sizeEstimate: 1,
  },
  payload: {
    ...{ partId: '', mimeType: 'multipart/mixed', filename: '', headers, body: { size: 0 } },
    parts: [
      { ...part('multipart/alternative', ''), parts: [part('text/plain', 'Hällo\n'), part('text/html', '<p>No</p>')] },
      { ...part('application/pdf', '', 'bill.pdf'), body: { attachmentId: 'a', size: 42 } },
    ],
  },
};
const event = {
  ...{
    kind: 'calendar#event',
    id: 'e1',
    status: 'confirmed',
    summary: 'Stand-up',
    htmlLink: 'https://calendar.example/e1',
  },
  ...{ start: { dateTime: '2026-03-01T09:00:00+01:00' }, end: { dateTime: '2026-03-01T09:15:00+01:00' } },
  ...{ organizer: { email: 'ada@example.com' }, attendees: [{ email: 'bob@example.com', responseStatus: 'accepted' }] },
};
const file = {
  id: 'f1',
  name: 'notes.json',
  mimeType: 'application/json',
  modifiedTime: '2026-01-01T00:00:00Z',
  size: '20',
};

/** Which parameters each address documents, of those that there are reasons to send. */
const documented: Readonly<
  Record<string, { readonly parameters: readonly string[]; readonly answer: ProviderAnswer }>
> = {
  'GET /gmail/v1/users/me/messages': {
    parameters: ['q', 'maxResults', 'pageToken', 'labelIds', 'includeSpamTrash'],
    answer: { body: { messages: [{ id: 'm1', threadId: 't1' }], nextPageToken: 'next', resultSizeEstimate: 1 } },
  },
  'GET /gmail/v1/users/me/messages/m1': { parameters: ['format', 'metadataHeaders'], answer: { body: message } },
  'POST /gmail/v1/users/me/messages/send': {
    parameters: [],
    answer: { body: { id: 'm2', threadId: 't1', labelIds: ['SENT'] } },
  },
  'GET /calendar/calendars/ada%40example.com/events': {
    parameters: ['timeMin', 'timeMax', 'q', 'singleEvents', 'orderBy', 'maxResults', 'pageToken'],
    answer: {
      body: { kind: 'calendar#events', timeZone: 'Europe/Berlin', items: [event, { id: 'e2', status: 'cancelled' }] },
    },
  },
  'POST /calendar/calendars/primary/events': { parameters: ['sendUpdates'], answer: { body: event } },
  'GET /drive/v3/files': {
    parameters: ['q', 'fields', 'pageSize', 'pageToken', 'orderBy'],
    answer: { body: { files: [file] } },
  },
  'GET /drive/v3/files/f1': { parameters: ['fields', 'alt'], answer: { body: file } },
  'GET /drive/v3/files/d1': {
    parameters: ['fields'],
    answer: { body: { ...file, id: 'd1', size: undefined, mimeType: 'application/vnd.google-apps.document' } },
  },
  'GET /drive/v3/files/d1/export': {
    parameters: ['mimeType'],
    answer: { headers: { 'content-type': 'text/plain' }, body: 'A document' },
  },
  'POST /upload/drive/v3/files': {
    parameters: ['uploadType', 'fields'],
    answer: { body: { ...file, size: undefined } },
  },
};

function answer({ method, path, query }: Asked): ProviderAnswer {
  const known = documented[`${method} ${path}`];
  const unknown = Object.keys(query).filter((name) => known?.parameters.includes(name) !== true);
  if (known === undefined || unknown.length > 0) {
    return { status: 400, body: { error: { code: 400, message: `Unknown: ${method} ${path} ${unknown.join(' ')}` } } };
  }
  // The content of a file: integers that JavaScript cannot hold stay as they are.
  return query['alt'] === 'media' ? { body: '{"id":12345678901234567890}' } : known.answer;
}

let world: PackWorld;
beforeAll(async () => {
  world = await startPackWorld({
    ...{ pack: 'google', answer },
    environment: {
      ...{
        GOOGLE_PACK_MAIL_URL: '{url}',
        GOOGLE_PACK_CALENDAR_URL: '{url}/calendar',
        GOOGLE_PACK_DRIVE_URL: '{url}',
      },
    },
    credential: { system: 'google', strategy: 'token', fields: { token: 'ya29.planted' } },
  });
}, 60_000);
afterAll(() => world.stop());

describe('mail', () => {
  it('searches: ids first, then the head of each', async () => {
    expect(await world.valueOf('google_mail_search', { query: 'is:unread', limit: 3 })).toEqual({
      messages: [
        {
          ...{
            id: 'm1',
            thread_id: 't1',
            from: 'Ada <ada@example.com>',
            to: 'bob@example.com',
            cc: '',
            subject: 'Hello',
          },
          ...{ date: 'Fri, 2 Jan 2026 10:00:00 +0000', snippet: 'Hello there', labels: ['INBOX'] },
        },
      ],
      next_cursor: 'next',
    });
    const [list, head] = world.asked();
    expect(list?.query).toEqual({ q: 'is:unread', maxResults: '3' });
    expect(head?.query['format']).toBe('metadata');
    expect(list?.headers.authorization).toBe('Bearer ya29.planted');
  });

  it('reads the text of a message and names what is attached', async () => {
    expect(await world.valueOf('google_mail_get', { id: 'm1' })).toMatchObject({
      ...{ text: 'Hällo\n', attachments: [{ name: 'bill.pdf', media_type: 'application/pdf', size_bytes: 42 }] },
    });
    const html = '<style>x</style><p>One &amp; two<br>three</p><script>bad()</script>';
    world.answerWith({ body: { ...message, payload: { ...part('text/html', html), headers } } });
    expect((await world.valueOf('google_mail_get', { id: 'm1' })).text).toBe('One & two\nthree');
  });

  it('sends one message, and no argument adds a header or a receiver', async () => {
    const mail = {
      to: ['bob@example.com', 'c@example.com'],
      subject: 'Grüße an alle, die diesen langen Betreff lesen',
      text: 'Hällo\nda',
      thread_id: 't1',
    };
    expect(await world.valueOf('google_mail_send', mail)).toEqual({ id: 'm2', thread_id: 't1' });
    const { raw, threadId } = world.asked()[0]?.json ?? {};
    const [head = '', body = ''] = Buffer.from(raw, 'base64url').toString().split('\r\n\r\n');
    expect(threadId).toBe('t1');
    expect(head.split(/\r\n(?! )/).map((line) => line.split(':')[0])).toEqual([
      ...['To', 'Subject', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
    ]);
    const words = /Subject: (.*?)(?=\r\n\S)/s.exec(head)?.[1]?.split('\r\n ') ?? [];
    expect(words.every((word) => word.length <= 75)).toBe(true);
    expect(words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString()).join('')).toBe(mail.subject);
    expect(Buffer.from(body, 'base64').toString()).toBe('Hällo\r\nda');
    for (const wrong of [
      { subject: 'a\r\nBcc: evil@example.com' },
      { to: ['a@example.com\r\nBcc: x@example.com'] },
      { to: ['a@example.com, b@example.com'] },
    ]) {
      expect((await world.call('google_mail_send', { ...mail, ...wrong })).body.error.code).toBe('arguments_invalid');
    }
    expect(world.asked()).toHaveLength(0);
  });
});

describe('calendar', () => {
  it('lists events', async () => {
    const asked = {
      calendar: 'ada@example.com',
      from: '2026-03-01T00:00:00+01:00',
      to: '2026-03-02T00:00:00Z',
      query: 'up',
    };
    const { events, time_zone } = await world.valueOf('google_calendar_list_events', asked);
    expect(time_zone).toBe('Europe/Berlin');
    expect(events).toMatchObject([
      { id: 'e1', start: '2026-03-01T09:00:00+01:00', attendees: [{ email: 'bob@example.com', response: 'accepted' }] },
      { id: 'e2', status: 'cancelled', start: null },
    ]);
    expect(world.asked()[0]?.query).toMatchObject({ timeMin: asked.from, singleEvents: 'true', orderBy: 'startTime' });
  });

  it('makes an event', async () => {
    const made = {
      summary: 'Stand-up',
      start: '2026-03-01T09:00:00+01:00',
      end: '2026-03-01T09:15:00+01:00',
      attendees: ['bob@example.com'],
      notify: false,
    };
    expect(await world.valueOf('google_calendar_create_event', made)).toMatchObject({ id: 'e1', summary: 'Stand-up' });
    expect(world.asked()).toMatchObject([
      {
        query: { sendUpdates: 'none' },
        json: {
          summary: 'Stand-up',
          start: { dateTime: made.start },
          end: { dateTime: made.end },
          attendees: [{ email: 'bob@example.com' }],
        },
      },
    ]);
  });
});

describe('drive', () => {
  it('finds files; no text leaves its quotes in the query', async () => {
    const { files } = await world.valueOf('google_drive_list', { folder_id: 'root' });
    expect(files).toEqual([
      {
        id: 'f1',
        name: 'notes.json',
        media_type: 'application/json',
        modified: file.modifiedTime,
        size_bytes: 20,
        url: null,
      },
    ]);
    expect(world.asked()[0]?.query).toMatchObject({
      q: "trashed = false and 'root' in parents",
      orderBy: 'modifiedTime desc',
    });
    await world.valueOf('google_drive_list', { text: String.raw`it's \' or trashed = true` });
    expect(world.asked()[0]?.query['q']).toBe(
      String.raw`trashed = false and fullText contains 'it\'s \\\' or trashed = true'`,
    );
    expect(world.asked()[0]?.query).not.toHaveProperty('orderBy');
  });

  it('reads texts exactly, and documents by their export', async () => {
    expect(await world.valueOf('google_drive_get', { id: 'f1' })).toMatchObject({
      text: '{"id":12345678901234567890}',
      truncated: false,
    });
    expect(await world.valueOf('google_drive_get', { id: 'd1' })).toMatchObject({
      text: 'A document',
      file: { size_bytes: null },
    });
    expect(world.asked()[1]?.query).toEqual({ mimeType: 'text/plain' });
    world.answerWith({ body: { ...file, mimeType: 'image/png' } });
    expect(await world.valueOf('google_drive_get', { id: 'f1' })).toMatchObject({ text: null });
  });

  it('saves a text with its name in one request of two parts', async () => {
    const made = { name: 'a "b".csv', text: 'x,y\r\n--boundary', media_type: 'text/csv', folder_id: 'root' };
    expect(await world.valueOf('google_drive_upload_text', made)).toMatchObject({ id: 'f1', size_bytes: null });
    const [asked] = world.asked();
    expect(asked?.query['uploadType']).toBe('multipart');
    const boundary = /^multipart\/related; boundary=([\w-]+)$/.exec(asked?.headers['content-type'] ?? '')?.[1] ?? '';
    const [, metadata = '', content = '', end] = asked?.body.split(`--${boundary}`) ?? [];
    expect(JSON.parse(metadata.split('\r\n\r\n')[1] ?? '')).toEqual({
      name: made.name,
      mimeType: 'text/csv',
      parents: ['root'],
    });
    expect(content).toBe(`\r\nContent-Type: text/csv; charset=UTF-8\r\n\r\n${made.text}\r\n`);
    expect(end).toBe('--\r\n');
  });
});

describe('errors of Google', () => {
  it('limits come with 403 too', async () => {
    const error = {
      code: 403,
      message: 'Rate Limit Exceeded',
      errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }],
    };
    world.answerWith({ status: 403, body: { error } });
    const { body } = await world.call('google_drive_list');
    expect(body.error).toMatchObject({ code: 'tool_busy', service_error: { code: 'rate_limited' } });
  });

  it.each([
    ['google_mail_send', { to: ['a@example.com'], subject: 'x', text: 'x' }],
    ['google_calendar_list_events', { from: '2026-03-01T00:00:00Z' }],
    ['google_drive_list', {}],
  ])('%s tells the others as every pack does', async (tool, args) => {
    await expectCommonErrors(world, tool, args);
  });
});

describe('an address of the tenant', () => {
  it('among the three: no account for Google goes to it, and none for it to Google', async () => {
    const settings = '/v1/packs/google/settings';
    await world.toolcrib.request('PUT', settings, { body: { config: { mail_url: 'http://127.0.0.1:9' } } });
    const kinds: string[] = [];
    for (const [tool, args] of [
      ['google_mail_search', {}],
      ['google_calendar_list_events', { from: '2026-03-01T00:00:00Z' }],
      ['google_drive_list', {}],
    ] as const) {
      const { body } = await world.call(tool, args);
      expect(body.error.code).toBe('connect_required');
      kinds.push(/google@[^\s",]*/.exec(body.error.message)?.[0] ?? '');
      expect(world.asked()).toHaveLength(0);
    }
    const kind = `google@http://127.0.0.1:9|${world.provider_url}`;
    expect(kinds).toEqual([kind, kind, kind]);
    // Given for the one address alone: it is not sent to the other two.
    const give = async (system: string) => {
      const body = { name: system, system, strategy: 'token', fields: { token: 'ya29.there' } };
      expect((await world.toolcrib.request('POST', '/v1/credentials', { body })).status).toBe(201);
    };
    await give('google@http://127.0.0.1:9');
    expect((await world.call('google_drive_list')).body.error.code).toBe('connect_required');
    expect(world.asked()).toHaveLength(0);
    await give(kind);
    expect(await world.valueOf('google_drive_list')).toMatchObject({ files: [{ id: 'f1' }] });
    expect(world.asked()[0]?.headers.authorization).toBe('Bearer ya29.there');
    await world.toolcrib.request('PUT', settings, { body: { config: { mail_url: null } } });
    await world.valueOf('google_drive_list');
    expect(world.asked()[0]?.headers.authorization).toBe('Bearer ya29.planted');
  });
});
