// An MCP server as a program, on the official server package, that can misbehave: says its pid, starts a child, hangs, ends.
import { spawn } from 'node:child_process';
import { readdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const server = new Server({ name: 'program', version: '1' }, { capabilities: { tools: { listChanged: true } } });
const inputSchema = { type: 'object' };
const names = ['pid', 'meet', 'child', 'hang', 'end', 'change', 'much'];
let description = 'first';
const text = (said) => ({ content: [{ type: 'text', text: String(said) }] });

/** Waits until as many processes as that have come to the folder. */
function meet({ folder, processes }) {
  return new Promise((resolve) => {
    const look = () => {
      if (readdirSync(folder).length < processes) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    writeFileSync(join(folder, String(process.pid)), '');
    look();
  });
}

server.setRequestHandler('tools/list', () => ({
  tools: names.map((name) => ({ name, inputSchema, description: name === 'pid' ? description : name })),
}));
server.setRequestHandler('tools/call', async ({ params }) => {
  switch (params.name) {
    case 'pid':
      return text(process.pid);
    case 'meet':
      await meet(params.arguments);
      return text(process.pid);
    case 'child':
      return text(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid);
    case 'hang':
      return new Promise(() => {});
    case 'end':
      process.exit(3);
      break;
    case 'change':
      description = 'another';
      await server.sendToolListChanged();
      return text('changed');
    default:
      return text('x'.repeat(6_000_000));
  }
});
console.error('planted \u001B[31mred\u001B[0m on the error output');
await server.connect(new StdioServerTransport());
