// Events of a calendar.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { api, callGoogle, next_cursor, pageInput } from './google.ts';

const calendar = z.string().min(1).max(254).default('primary').describe('Id of a calendar; primary is the own one');
const instant = z.iso.datetime({ offset: true });

const timeAnswer = z.object({
  dateTime: z.string().optional(),
  date: z.string().optional(),
  timeZone: z.string().optional(),
});

const eventAnswer = z.object({
  id: z.string(),
  status: z.string().default('confirmed'),
  summary: z.string().default(''),
  description: z.string().default(''),
  location: z.string().default(''),
  htmlLink: z.string().nullish(),
  // Cancelled events of a series have no times.
  start: timeAnswer.optional(),
  end: timeAnswer.optional(),
  organizer: z.object({ email: z.string().optional() }).optional(),
  attendees: z.array(z.object({ email: z.string().optional(), responseStatus: z.string().optional() })).default([]),
});

const eventOutput = z.object({
  id: z.string(),
  status: z.string(),
  summary: z.string(),
  description: z.string(),
  location: z.string(),
  url: z.string().nullable(),
  start: z.string().nullable().describe('A time, or a day for events of whole days'),
  end: z.string().nullable(),
  organizer: z.string().nullable(),
  attendees: z.array(z.object({ email: z.string(), response: z.string().nullable() })),
});

function toEvent(event: z.output<typeof eventAnswer>): z.output<typeof eventOutput> {
  const { id, status, summary, description, location, htmlLink, start, end, organizer, attendees } = event;
  return {
    ...{ id, status, summary, description: description.slice(0, 5_000), location, url: htmlLink ?? null },
    start: start?.dateTime ?? start?.date ?? null,
    end: end?.dateTime ?? end?.date ?? null,
    organizer: organizer?.email ?? null,
    attendees: attendees.map(({ email = '', responseStatus }) => ({ email, response: responseStatus ?? null })),
  };
}

export const listEvents = defineTool({
  name: 'google_calendar_list_events',
  title: 'List events of a calendar',
  description:
    'Lists the events of a calendar between two times, in their order; every repetition is an event of its own.',
  input: z.object({
    calendar,
    from: instant.describe('With the offset: 2026-03-01T00:00:00+01:00'),
    to: instant.optional(),
    query: z.string().min(1).max(500).optional().describe('Only events with these words'),
    ...pageInput,
    limit: z.int().min(1).max(100).default(25).describe('Events per page'),
  }),
  output: z.object({ time_zone: z.string().nullable(), events: z.array(eventOutput), next_cursor }),
  auth: { provider: 'google', scopes: ['https://www.googleapis.com/auth/calendar.readonly'] },
  read_only: true,
  category: 'data',
  run: async ({ calendar: id, from, to, query, cursor, limit }, ctx) => {
    const { items, timeZone, nextPageToken } = await callGoogle(
      ctx,
      api(ctx, 'calendar_url')`/calendars/${id}/events`,
      {
        query: {
          ...{ timeMin: from, timeMax: to, q: query, singleEvents: true, orderBy: 'startTime' },
          ...{ maxResults: limit, pageToken: cursor },
        },
        answer: z.object({
          items: z.array(eventAnswer).default([]),
          timeZone: z.string().optional(),
          nextPageToken: z.string().optional(),
        }),
      },
    );
    return { time_zone: timeZone ?? null, events: items.map(toEvent), next_cursor: nextPageToken };
  },
});

export const createEvent = defineTool({
  name: 'google_calendar_create_event',
  title: 'Create an event in a calendar',
  description: 'Makes an event. People who are invited get mail unless told otherwise.',
  input: z.object({
    calendar,
    summary: z.string().min(1).max(500),
    start: instant.describe('With the offset: 2026-03-01T09:00:00+01:00'),
    end: instant,
    description: z.string().max(8_000).optional(),
    location: z.string().max(500).optional(),
    attendees: z.array(z.email()).max(50).default([]),
    notify: z.boolean().default(true).describe('Whether people who are invited get mail'),
  }),
  output: eventOutput,
  auth: { provider: 'google', scopes: ['https://www.googleapis.com/auth/calendar.events'] },
  danger: 'medium',
  category: 'automation',
  run: async ({ calendar: id, start, end, attendees, notify, ...event }, ctx) => {
    const made = await callGoogle(ctx, api(ctx, 'calendar_url')`/calendars/${id}/events`, {
      method: 'POST',
      query: { sendUpdates: notify ? 'all' : 'none' },
      json: {
        ...event,
        start: { dateTime: start },
        end: { dateTime: end },
        ...(attendees.length === 0 ? {} : { attendees: attendees.map((email) => ({ email })) }),
      },
      answer: eventAnswer,
    });
    return toEvent(made);
  },
});
