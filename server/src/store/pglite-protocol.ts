// The messages between the store and the thread that runs the embedded PostgreSQL.

export type ToWorker =
  /** Protocol bytes of whole frontend messages. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A connection was dropped: what it left behind is undone. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'ready' }
  /** What the server sends back to one `bytes` message; an answer comes to every one. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'closed' };
