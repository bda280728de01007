// Does with the toolbox's own client what its users do with tokens of an auth service, and prints what came of it as one
// line of JSON. Arguments: package, address, key, protocol revision (or "native"), a good token,
// an expired one, and a good one of another service.
const [, , package_name, url, key, protocol, token, expired, other] = process.argv;
const { ToolboxClient } = await import(package_name);

const headers = { Authorization: `Bearer ${key}` };
const client = new ToolboxClient(url, undefined, headers, ...(protocol === 'native' ? [] : [protocol]));
const service = 'my-google-auth';
const good = { [service]: () => token };

/** The rows, or the words of the refusal: over MCP the client gives them back as if they were the result. */
const attempt = async (work) => {
  let text;
  try {
    text = await work();
    return JSON.parse(text);
  } catch (error) {
    return `refused: ${error.response?.data?.error ?? text ?? error.message}`;
  }
};

const own = await client.loadTool('search_flights_by_user_id', good);
const required = await client.loadTool('search_all_flight', good);
const required_both = await client.loadTool('search_all_flight', { ...good, 'other-auth-service': () => other });
const required_bare = await client.loadTool('search_all_flight');
const own_late = (await client.loadTool('search_flights_by_user_id')).addAuthTokenGetters(good);
const mixed = await client.loadTool('search_own_flights_to', good, { limit: 1 });
const toolset = await client.loadToolset('own', good);

console.log(
  JSON.stringify({
    parameters: Object.keys(own.getParamSchema().shape),
    own: await attempt(() => own({})),
    own_late: await attempt(() => own_late({})),
    own_as_another: await attempt(() => own({ user_id: 'somebody-else' })),
    own_expired: await attempt(async () =>
      (await client.loadTool('search_flights_by_user_id', { [service]: () => expired }))({}),
    ),
    required: await attempt(() => required({})),
    required_both: await attempt(() => required_both({})),
    required_without_token: await attempt(() => required_bare({})),
    mixed: await attempt(() => mixed({ destination: 'LAX' })),
    mixed_parameters: Object.keys(mixed.getParamSchema().shape),
    toolset: toolset.map((one) => one.getName()),
    unused_token: await client.loadTool('search_flights_by_number', good).then(
      () => 'loaded',
      () => 'refused',
    ),
  }),
);
