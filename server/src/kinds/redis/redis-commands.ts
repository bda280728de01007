// What is known of Redis's commands before any server is asked: which read, which write, which no tool may run.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Commands that only read. */
export const readingCommands = words(`
  bitcount bitfield_ro bitpos dbsize dump exists expiretime geodist geohash geopos georadius_ro georadiusbymember_ro
  geosearch get getbit getrange hexists hexpiretime hget hgetall hkeys hlen hmget hpexpiretime hpttl hrandfield hscan hstrlen
  httl hvals keys lcs lindex llen lpos lrange memory mget object pexpiretime pfcount pttl randomkey scan scard sdiff sinter
  sintercard sismember smembers smismember sort_ro srandmember sscan strlen substr sunion touch ttl type xinfo xlen xpending
  xrange xread xrevrange zcard zcount zdiff zinter zintercard zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore
  zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion
`);

/** Commands on no key, which servers do not flag as reading. */
export const harmlessCommands = words('echo info ping time');

/** Scripts: the server holds those that end in _ro to reading. Their text must be in the file. */
export const readingScripts = words('eval_ro evalsha_ro fcall_ro');
const writingScripts = words('eval evalsha fcall');

export const writingCommands = words(`
  append bitfield bitop copy decr decrby del expire expireat geoadd georadius georadiusbymember geosearchstore getdel getex
  getset hdel hexpire hexpireat hgetdel hgetex hincrby hincrbyfloat hmset hpersist hpexpire hpexpireat hset hsetex hsetnx
  incr incrby incrbyfloat linsert lmove lmpop lpop lpush lpushx lrem lset ltrim mset msetnx persist pexpire pexpireat pfadd
  pfmerge psetex publish rename renamenx rpop rpoplpush rpush rpushx sadd sdiffstore set setbit setex setnx setrange
  sinterstore smove sort spop spublish srem sunionstore unlink xack xadd xautoclaim xclaim xdel xgroup xreadgroup xsetid xtrim
  zadd zdiffstore zincrby zinterstore zmpop zpopmax zpopmin zrangestore zrem zremrangebylex zremrangebyrank zremrangebyscore
  zunionstore ${[...writingScripts].join(' ')}
`);

/**
 * Commands that change the connection or the server, wait, destroy a whole database, copy it away, or bring code in: no
 * tool runs them, whatever its file says.
 */
export const refusedCommands = words(`
  acl asking auth bgrewriteaof bgsave blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client cluster command
  config debug discard exec failover flushall flushdb function hello latency migrate module monitor multi pfdebug pfselftest
  psubscribe psync pubsub punsubscribe quit readonly readwrite replconf replicaof reset restore restore-asking role save script
  select sentinel shutdown slaveof slowlog ssubscribe subscribe sunsubscribe swapdb sync unsubscribe unwatch wait waitaof watch
`);

/** Flags of the server for commands that the list above does not know. */
export const refusedFlags = words('admin blocking noscript pubsub');

/** Commands whose next word says what they do. */
export const containerCommands = words('memory object xgroup xinfo');

export function isScript(command: string): boolean {
  return readingScripts.has(command) || writingScripts.has(command);
}

/** `XREAD … BLOCK` waits for data: the words before STREAMS are its options. */
export function waits(args: readonly string[]): boolean {
  const [command = '', ...rest] = args.map((arg) => arg.toLowerCase());
  if (command !== 'xread' && command !== 'xreadgroup') return false;
  const streams = rest.indexOf('streams');
  return rest.slice(0, streams < 0 ? rest.length : streams).includes('block');
}
