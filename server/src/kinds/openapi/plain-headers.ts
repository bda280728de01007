// Which headers a document may fill in: none that makes another request of it than its method and path say. A read that a header
// turns into a DELETE would be called without the question that a DELETE is worth (attack A24).
import { headerNameProblem } from '../http/fields.ts';

const steering: ReadonlySet<string> = new Set([
  // Methods: some services take them before the real one.
  ...['x-http-method-override', 'x-http-method', 'x-method-override'],
  // Paths, behind some proxies.
  ...['x-original-url', 'x-rewrite-url', 'x-original-uri'],
  // Accounts by other names than a security scheme gives them.
  ...['cookie', 'proxy-authorization'],
]);

export function isPlainHeader(name: string): boolean {
  // CGI and what came after it take "_" for "-".
  return headerNameProblem(name) === undefined && !steering.has(name.toLowerCase().replaceAll('_', '-'));
}
