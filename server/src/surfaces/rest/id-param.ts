// An id in the path: what is none is answered like one that nothing has.
import { ToolcribError } from '../../base/errors.ts';
import { id } from './schemas.ts';

/** Throws `not_found`. */
export function idParam(params: Readonly<Record<string, string>>, name: string): string {
  const decoded = id.safeParse(params[name]);
  if (!decoded.success) throw new ToolcribError('not_found');
  return decoded.data;
}
