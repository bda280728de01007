// Starts the application. Everything that can be set is in the environment.
import { createApp } from './create-app.ts';
import { createToolcall } from './toolcall.ts';

const { TOOLCALL_SERVER = 'http://127.0.0.1:5100', TOOLCALL_CLIENT = 'exams', PORT = '8100' } = process.env;
const announce = process.env['ANNOUNCE'] === 'browser' ? 'browser' : 'server';

const toolcall = createToolcall({ server: TOOLCALL_SERVER, client: TOOLCALL_CLIENT });
createApp({ toolcall, announce }).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The exam listens on http://127.0.0.1:${PORT}, as the client "${TOOLCALL_CLIENT}" of ${TOOLCALL_SERVER}`);
});
