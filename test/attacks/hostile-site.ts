// A site in the public network that leads whoever asks it elsewhere: by redirections, by metadata, by registrations.
import type { Respond } from '../support/local-http.ts';

/** Stands for the public network in tests: an address that is allowed to be reached. */
export const publicHost = '127.0.0.2';

/** Paths `/m/HOW/URL`, with the URL in base64url; `port` is the site's own. */
export function hostileSite(port: number): Respond {
  const origin = `http://${publicHost}:${port}`;
  return ({ path }, response) => {
    const [, well_known = '', place, how = '', written = ''] =
      /^(\/\.well-known\/[a-z-]+)?\/(m|as)\/(\w+)\/([\w-]+)/.exec(path) ?? [];
    const target = Buffer.from(written, 'base64url').toString();
    // A header takes bytes.
    const in_header = Buffer.from(target).toString('latin1');
    const sendJson = (value: unknown): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const own = `${origin}/${place}/${how}/${written}`;
    if (place === 'm' && how === 'redirect') return void response.writeHead(302, { location: in_header }).end();
    if (place === 'm' && well_known.endsWith('/oauth-protected-resource')) {
      if (how === 'moved') return void response.writeHead(302, { location: in_header }).end();
      const issuers: Readonly<Record<string, string>> = {
        servers: target,
        registration: `${origin}/as/registration/${written}`,
      };
      if (issuers[how] === undefined) return void response.writeHead(404).end();
      return sendJson({ resource: own, authorization_servers: [issuers[how]] });
    }
    if (place === 'as' && well_known !== '') {
      const [authorization_endpoint, token_endpoint, registration_endpoint] = [target, target, target];
      return sendJson({ issuer: own, authorization_endpoint, token_endpoint, registration_endpoint });
    }
    if (place === 'm' && well_known === '') {
      const challenge = how === 'challenge' ? `Bearer resource_metadata="${in_header}"` : 'Bearer';
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    response.writeHead(404).end();
  };
}
