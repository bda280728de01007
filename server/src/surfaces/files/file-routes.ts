// GET /files/{token}: the file of a link, for whoever has it. No cookie and no key is looked at; every link that does not count
// is answered alike.
import { openLink } from '../../files/file-links.ts';
import type { LinkDeps } from '../../files/file-links.ts';
import { sendStream } from '../http.ts';
import type { Route } from '../route.ts';
import { sendErrorPage } from '../web/error-page.ts';
import { fileAnswer } from './file-answer.ts';

export function fileRoutes(deps: LinkDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/files/{token}',
      handle: async (exchange) =>
        sendStream(exchange, fileAnswer(deps, await openLink(deps, exchange.params['token'] ?? ''))),
      error: sendErrorPage,
    },
  ];
}
