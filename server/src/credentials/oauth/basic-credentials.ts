// How a client proves itself by Basic authentication: both parts encoded as in a form first (RFC 6749 §2.3.1), and no more
// than that. The library also encodes `-`, `_` and `.`, which providers do not undo that forget the decoding.

export function basicCredentials(client_id: string, client_secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(client_id)}:${encode(client_secret)}`).toString('base64')}`;
}
