// The answer to one POST: plain JSON, or a stream of events from the moment on that a call says something while it runs
// to a client that can read one. Most calls say nothing and cost nothing.
import { limits } from '../../base/limits.ts';
import { sendJsonText } from '../http.ts';
import type { Exchange } from '../route.ts';

export interface Reply {
  /** Sends a notification now; dropped when the client does not read, or reads no stream. */
  notify(method: string, params: unknown): void;
  /** Sends the response and ends. `status` counts only while nothing was sent before. */
  end(status: number, text: string): void;
}

export function createReply(exchange: Exchange): Reply {
  const { request, response } = exchange;
  const reads_streams = request.headers.accept?.includes('text/event-stream') === true;
  let ended = false;
  return {
    notify: (method, params) => {
      if (!reads_streams || ended || response.destroyed) return;
      if (!response.headersSent) {
        response.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
        });
      }
      if (response.writableLength > limits.mcp_event_buffer_bytes) return;
      response.write(eventText(JSON.stringify({ jsonrpc: '2.0', method, params })));
    },
    end: (status, text) => {
      ended = true;
      if (response.headersSent) response.end(eventText(text));
      else sendJsonText(exchange, status, text);
    },
  };
}

/** One event (HTML, "Server-sent events"). JSON text has no line breaks. */
function eventText(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}
