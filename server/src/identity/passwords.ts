// Passwords: which are accepted, how they are hashed (argon2id, RFC 9106) and verified. Hashing runs in threads, a few at a
// time; verifying does the same work whether or not there is a password to verify (attack A40).
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export interface Passwords {
  /** The PHC string of a password. Throws `rate_limited`. */
  hash(password: string): Promise<string>;
  /** Always computes one hash: without a stored one, or with one in another form, of nothing. Throws `rate_limited`. */
  verify(password: string, stored: string | undefined): Promise<Verdict>;
  /** How many hashes were computed. */
  computed(): number;
}

export interface Verdict {
  readonly matches: boolean;
  /** It matches, and was hashed with other parameters than those of today. */
  readonly outdated: boolean;
}

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const current: Parameters = { memory: limits.password_memory_kib, passes: limits.password_passes, parallelism: 1 };
const salt_bytes = 16;
const hash_bytes = 32;
const computeHash = promisify(argon2);

interface Bounds {
  readonly at_once: number;
  readonly waiting: number;
}

const usual: Bounds = { at_once: limits.password_hashes, waiting: limits.password_queue };

export function createPasswords(bounds: Bounds = usual): Passwords {
  const places = createPlaces(bounds);
  let computed = 0;
  const compute = (password: string, salt: Buffer, parameters: Parameters): Promise<Buffer> =>
    places(() => {
      computed += 1;
      return computeHash('argon2id', {
        message: Buffer.from(password.normalize('NFKC')),
        nonce: salt,
        tagLength: hash_bytes,
        ...parameters,
      });
    });
  return {
    hash: async (password) => {
      const salt = randomBytes(salt_bytes);
      return write(current, salt, await compute(password, salt, current));
    },
    verify: async (password, stored) => {
      const known = stored === undefined ? undefined : read(stored);
      const { parameters, salt } = known ?? { parameters: current, salt: nothing };
      const hash = await compute(password, salt, parameters);
      const matches = timingSafeEqual(hash, known?.hash ?? nothing) && known !== undefined;
      return { matches, outdated: matches && write(parameters, salt, hash) !== write(current, salt, hash) };
    },
    computed: () => computed,
  };
}

const nothing = Buffer.alloc(hash_bytes);

/** Throws `body_invalid` for a password that is too short or too long to be set. */
export function requireGoodPassword(password: string): void {
  const text = password.normalize('NFKC');
  if (Array.from(text).length < limits.password_characters) {
    throw refused('is too short', `Take ${limits.password_characters} characters or more; several words are good`);
  }
  if (Buffer.byteLength(text) > limits.password_bytes) {
    throw refused('is too long', `Take ${limits.password_bytes} bytes at most`);
  }
}

function refused(message: string, hint: string): ToolcribError {
  return new ToolcribError('body_invalid', {
    params: { problem: `the password ${message}` },
    faults: [{ path: 'body.password', message: `The password ${message}`, hint }],
  });
}

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, base64 without padding: the form that the PHC string format gives. */
function write({ memory, passes, parallelism }: Parameters, salt: Buffer, hash: Buffer): string {
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([\w+/]{11,64})\$([\w+/]{43})$/;

function read(stored: string) {
  const [, memory, passes, parallelism, salt, hash] = form.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  return {
    parameters: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** Runs so many at once, lets so many wait in their order, and refuses the rest. */
function createPlaces(bounds: Bounds): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < bounds.at_once) running += 1;
    else if (waiting.length >= bounds.waiting) {
      throw new ToolcribError('rate_limited', {
        params: { what: 'people sign in at the same moment', retry_after_s: 2 },
        retry_after_s: 2,
      });
    } else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to whoever waits longest, or comes free.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
