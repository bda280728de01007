import { describe, expect, test } from 'vitest';
import { findWriting } from './writing-clauses.ts';

describe('reads', () => {
  test.each([
    'MATCH (n:Person {name: $name})-[:KNOWS*1..3]->(m) WHERE m.age >= 18 RETURN m ORDER BY m.name SKIP 1 LIMIT 10',
    'match (n) return n',
    'RETURN \'CREATE (n)\', "DELETE", `MERGE`',
    'MATCH (n) /* SET */ RETURN n // CREATE\n',
    'MATCH (n:SET:`CREATE`)-[r:REMOVE|DROP]->(m) RETURN n.set, n.create, r.delete, m . merge',
    'RETURN {set: 1, create: 2, remove : 3}.set AS a',
    'MATCH (dataset)-[:x]->(created) RETURN dataset.created, created.settings',
    'UNWIND $rows AS row RETURN row.load',
    'CALL db.labels() YIELD label RETURN label',
    'CALL `db`.`labels`()',
    'call DB.Labels()',
    'CALL { MATCH (n) RETURN n } RETURN n',
    'MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN count(m) AS c } RETURN n, c',
    'RETURN COUNT { MATCH (n) }, EXISTS { MATCH (m) }, [x IN $xs WHERE x > 1 | x]',
    'EXPLAIN MATCH (n) RETURN n',
    'SHOW INDEXES YIELD name',
    "RETURN 'C:\\\\update'",
    'OPTIONAL CALL db.labels()',
    '{ MATCH (n) RETURN n }',
  ])('%s', (text) => {
    expect(findWriting(text)).toBeUndefined();
  });
});

describe('writes, or may', () => {
  test.each([
    ['CREATE (n)', 'CREATE'],
    ['create (n)', 'create'],
    ['MATCH (n) DETACH DELETE n', 'DETACH'],
    ['MATCH (n) NODETACH DELETE n', 'NODETACH'],
    ['MATCH (n)SET n.x=1', 'SET'],
    ['MATCH (n) sEt n:Admin', 'SET'],
    ['MATCH (n)/**/SET/**/n.x = 1', 'SET'],
    ['MATCH (n) //\nREMOVE n.x', 'REMOVE'],
    ['MATCH (n) //\rREMOVE n.x', 'REMOVE'],
    ['MATCH (n) \u0085DELETE\u001c n', 'DELETE'],
    ["MATCH (n {a: 'it\\'s'}) DELETE n", 'DELETE'],
    ["MATCH (n {a: 'x\\\\'}) DELETE n //'", 'DELETE'],
    ['MATCH (n {a: "`"}) DELETE n //`', 'DELETE'],
    ['RETURN 1CREATE (n)', 'CREATE'],
    ['UNWIND [1]AS x CREATE(n)', 'CREATE'],
    ['MATCH (n) WHERE n.x > 1. CREATE (m)', 'CREATE'],
    ['MATCH (n)-[*1..]-(m) MERGE (o)', 'MERGE'],
    ['MATCH (n) RETURN n UNION MATCH (n) DELETE n', 'DELETE'],
    ['CALL { CREATE (n) RETURN n } RETURN n', 'CREATE'],
    ['CALL (x) { INSERT (n) RETURN n } RETURN n', 'INSERT'],
    ['MATCH (n) FOREACH (x IN [1] | CREATE (:A))', 'FOREACH'],
    ['MATCH p = (a)-->(b) FOREACH (x IN nodes(p) | SET x.a = 1)', 'FOREACH'],
    ["MATCH (n) LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", 'LOAD CSV'],
    ["LOAD CSV FROM 'http://169.254.169.254/' AS row RETURN row", 'LOAD'],
    ['MATCH (n) load /* */ csv FROM $url AS row RETURN row', 'LOAD CSV'],
    ["CALL apoc.cypher.doIt('CREATE (n)', {})", 'CALL apoc.cypher.doIt'],
    ["CALL apoc . load . json ('http://x')", 'CALL apoc.load.json'],
    ['CALL `apoc.create.node`([], {})', 'CALL apoc.create.node'],
    ['MATCH (n) CALL db.createLabel("x")', 'CALL db.createLabel'],
    ['CALL dbms.security.createUser("x", "y")', 'CALL dbms.security.createUser'],
    ['EXPLAIN CREATE (n)', 'CREATE'],
    ['PROFILE MERGE (n)', 'MERGE'],
    ['CYPHER runtime=slotted CREATE (n)', 'CREATE'],
    ['USE other CREATE (n)', 'CREATE'],
    ['DROP DATABASE neo4j', 'DROP'],
    ['ALTER USER neo4j SET PASSWORD "x"', 'ALTER'],
    ['GRANT ROLE admin TO eve', 'GRANT'],
    ['START DATABASE neo4j', 'START'],
    ['SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t', 'TERMINATE'],
    ['MATCH (n) \u017fet n.x = 1', 'SET'],
    ["RETURN '\\u0027 CREATE (n) //'", 'CREATE'],
    ["RETURN '\\uu0027 CREATE (n) //'", 'CREATE'],
    ['MATCH (n) \\u0053ET n.x = 1', 'SET'],
    ['`MATCH` (n) RETURN n', 'MATCH'],
  ])('%s', (text, found) => {
    expect(findWriting(text)).toBe(found);
  });
});
