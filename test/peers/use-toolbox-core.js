// Does with the toolbox's own client what its users do, and prints what came of it as one line of JSON.
// Arguments: package, address, key, protocol revision (or "native" for the client that knows none).
const [, , package_name, url, key, protocol] = process.argv;
const { ToolboxClient } = await import(package_name);

const headers = { Authorization: `Bearer ${key}` };
const client = new ToolboxClient(url, undefined, headers, ...(protocol === 'native' ? [] : [protocol]));

const tool = await client.loadTool('search_flights_by_number');
const toolset = await client.loadToolset('flights');
const all = await client.loadToolset();
const by_number = toolset.find((one) => one.getName() === 'search_flights_by_number');
const bound = by_number.bindParam('airline', 'DL');

console.log(
  JSON.stringify({
    description: tool.getDescription(),
    parameters: Object.keys(tool.getParamSchema().shape),
    rows: JSON.parse(await tool({ airline: 'CY', flight_number: '888' })),
    no_rows: JSON.parse(await tool({ airline: 'XX', flight_number: '0' })),
    bound: JSON.parse(await bound({ flight_number: '1234' })),
    toolset: toolset.map((one) => one.getName()),
    all: all.map((one) => one.getName()),
    unknown_tool: await client.loadTool('no_such_tool').then(
      () => 'loaded',
      () => 'refused',
    ),
    bad_key: await new ToolboxClient(
      url,
      undefined,
      { Authorization: 'Bearer tc_1_2' },
      ...(protocol === 'native' ? [] : [protocol]),
    )
      .loadTool('search_flights_by_number')
      .then(
        () => 'loaded',
        () => 'refused',
      ),
  }),
);
