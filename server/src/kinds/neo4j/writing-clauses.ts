// Whether a Cypher text writes, as far as its words tell: the refusal of read-only tools before anything is sent. The wall
// behind it is the access mode of the session, which Neo4j enforces; other servers that speak Bolt may not.
import { scanCypher } from './scan-cypher.ts';
import type { CypherToken } from './scan-cypher.ts';

/** Words with which a statement that reads may begin; commands of administration begin with others. */
const openings: ReadonlySet<string> = new Set([
  ...['MATCH', 'OPTIONAL', 'UNWIND', 'WITH', 'RETURN', 'CALL', 'USE', 'SHOW', 'EXPLAIN', 'PROFILE', 'CYPHER'],
  ...['FILTER', 'LET', 'FOR', 'WHEN', 'FINISH'],
]);

/** Words that begin a writing clause, wherever they stand. */
const writing: ReadonlySet<string> = new Set([
  ...['CREATE', 'INSERT', 'MERGE', 'SET', 'DELETE', 'DETACH', 'NODETACH', 'REMOVE', 'DROP', 'FOREACH', 'TERMINATE'],
]);

/** Procedures that only read what is in the database. All others are refused: what they do cannot be seen here. */
const readingProcedures: ReadonlySet<string> = new Set([
  ...['db.labels', 'db.relationshiptypes', 'db.propertykeys', 'db.indexes', 'db.constraints', 'db.info', 'db.ping'],
  ...['db.schema.visualization', 'db.schema.nodetypeproperties', 'db.schema.reltypeproperties'],
  ...['db.index.fulltext.querynodes', 'db.index.fulltext.queryrelationships'],
  ...['db.index.vector.querynodes', 'db.index.vector.queryrelationships'],
  ...['db.idx.fulltext.querynodes', 'db.idx.fulltext.queryrelationships'],
  ...['db.idx.vector.querynodes', 'db.idx.vector.queryrelationships'],
  ...['db.stats.retrieve', 'dbms.components', 'dbms.procedures', 'dbms.functions'],
  ...['apoc.meta.schema', 'apoc.meta.data', 'apoc.meta.stats', 'apoc.meta.graph', 'apoc.meta.graphsample'],
  ...['apoc.meta.nodetypeproperties', 'apoc.meta.reltypeproperties'],
  ...['apoc.path.expand', 'apoc.path.expandconfig', 'apoc.path.spanningtree'],
  ...['apoc.path.subgraphall', 'apoc.path.subgraphnodes'],
  ...[
    'apoc.algo.dijkstra',
    'apoc.algo.astar',
    'apoc.algo.allsimplepaths',
    'apoc.neighbors.byhop',
    'apoc.neighbors.tohop',
  ],
  ...['algo.bfs', 'algo.pagerank', 'algo.sppaths', 'algo.sspaths', 'algo.wcc', 'algo.betweenness', 'algo.msf'],
]);

/** What in the text writes, or may: `SET`, `CALL apoc.create.node`; undefined where nothing does. */
export function findWriting(text: string): string | undefined {
  // Some versions of Neo4j replace \u0027 by a quote before they look for quotes, others after: neither may write.
  const unescaped = text.replaceAll(/\\u+([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return findIn(scanCypher(text)) ?? (unescaped === text ? undefined : findIn(scanCypher(unescaped)));
}

function findIn(tokens: readonly CypherToken[]): string | undefined {
  const first = tokens.find((token) => token.kind !== 'sign' || !'({'.includes(token.text));
  if (first !== undefined && (first.kind !== 'word' || !openings.has(keyword(first)))) return first.text;
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || isName(tokens, index)) continue;
    const name = keyword(token);
    if (writing.has(name)) return name;
    const next = tokens[index + 1];
    if (name === 'LOAD' && next?.kind === 'word' && keyword(next) === 'CSV') return 'LOAD CSV';
    if (name !== 'CALL' || (next?.kind === 'sign' && '({'.includes(next.text))) continue;
    const procedure = procedureAt(tokens, index + 1);
    if (!readingProcedures.has(procedure.toLowerCase())) return `CALL ${procedure}`;
  }
  return undefined;
}

/** In capitals, and in the letters that some parser might read it as. */
function keyword(token: CypherToken): string {
  return token.text.normalize('NFKC').toUpperCase();
}

/** Whether the word cannot be a clause where it stands: a property, a label or type, or the key of a map. */
function isName(tokens: readonly CypherToken[], index: number): boolean {
  const [before, previous, next] = [tokens[index - 2], tokens[index - 1], tokens[index + 1]];
  if (isSign(next, ':')) return true;
  // `1. CREATE` and `1..CREATE` are no properties.
  if (isSign(previous, '.')) return before !== undefined && before.kind !== 'number' && !isSign(before, '.');
  return isSign(previous, ':') || (isSign(previous, '|') && before?.kind !== 'sign');
}

function isSign(token: CypherToken | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}

function procedureAt(tokens: readonly CypherToken[], start: number): string {
  let name = '';
  for (const token of tokens.slice(start)) {
    if (token.kind !== 'word' && token.kind !== 'quoted' && !isSign(token, '.')) break;
    name += token.text;
    if (token.kind !== 'sign' && name.length > 200) break;
  }
  return name;
}
