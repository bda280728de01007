// Calls a tool that waits for its person, with the official MCP clients, and prints what came of it as one line of JSON.
// Arguments: which client, address of the server, key, and the cookie of the person's browser, which says yes.
const [, , which, url, key, cookie] = process.argv;

const endpoint = new URL('/mcp', url);
const requestInit = { headers: { Authorization: `Bearer ${key}` } };
const call = { name: 'wire_money', arguments: { to: which, amount: 5 } };
const info = { name: 'peer', version: '1' };
const shown = [];

/** What the person does with the link: opens it in a browser, and says yes. */
async function open(link) {
  const page = await (await fetch(link, { headers: { cookie } })).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1];
  const headers = { cookie, origin: new URL(link).origin, 'sec-fetch-site': 'same-origin' };
  await fetch(link, { method: 'POST', headers, body: new URLSearchParams({ csrf, do: 'yes' }), redirect: 'manual' });
}

/** Asked by the client: shows the link, and answers when it is open. The person takes their time. */
async function elicit({ params }) {
  shown.push(params);
  setTimeout(() => void open(params.url), 500);
  return { action: 'accept' };
}

const clients = {
  // 2026-07-28: the client repeats the call by itself.
  modern: async () => {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const versionNegotiation = { mode: { pin: '2026-07-28' } };
    const client = new Client(info, { capabilities: { elicitation: { url: {} } }, versionNegotiation });
    client.setRequestHandler('elicitation/create', elicit);
    await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }));
    const result = await client.callTool(call);
    await client.close();
    return result;
  },
  // 2025-11-25 with the newer client and with the older one: the call fails with the links, and is repeated.
  handshake: async () => {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const client = new Client(info, {
      capabilities: { elicitation: { url: {} } },
      versionNegotiation: { mode: 'legacy' },
    });
    client.setRequestHandler('elicitation/create', elicit);
    await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }));
    return repeat(client);
  },
  older: async () => {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    const client = new Client(info, { capabilities: { elicitation: { url: {} } } });
    await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }));
    return repeat(client);
  },
  // A client that can show nothing: the text has the link.
  plain: async () => {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    const client = new Client(info, { capabilities: {} });
    await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }));
    const first = await client.callTool(call);
    const text = first.content[0].text;
    shown.push({ mode: 'text', url: /http\S+\/interactions\/[0-9a-f-]+/.exec(text)[0], isError: first.isError });
    await open(shown[0].url);
    const result = await client.callTool(call);
    await client.close();
    return result;
  },
};

async function repeat(client) {
  try {
    await client.callTool(call);
    throw new Error('The call did not wait for anybody');
  } catch (error) {
    if (error.code !== -32042) throw error;
    shown.push(...error.data.elicitations);
  }
  await open(shown[0].url);
  const result = await client.callTool(call);
  await client.close();
  return result;
}

const result = await clients[which]();
console.log(JSON.stringify({ shown, isError: result.isError ?? false, content: result.content }));
