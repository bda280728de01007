// Follows the master keys while the server runs: looks for changes of the file, and wraps the tenants' keys anew when the
// current one has changed. Failures are logged and tried again.
import { limits } from '../../base/limits.ts';
import { rewrap } from './rewrap.ts';
import type { RewrapDeps } from './rewrap.ts';

export interface MasterKeysWatch {
  /** Ends the timer and waits for what runs. */
  stop(): Promise<void>;
}

/** At the start and after each change. */
const looks = 3;

/**
 * The keys are wrapped anew at the start and after each change, and twice more some time later: another process may have
 * made a tenant's key with the old master key meanwhile. Never otherwise, so that processes that disagree about the
 * current key, as they do during a rolling restart, do not undo each other's work without end.
 */
export function watchMasterKeys(deps: RewrapDeps): MasterKeysWatch {
  const { master, log } = deps;
  let version: number | undefined;
  let looks_due = looks;
  let wait_ms = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    await master.refresh();
    if (version !== master.version()) {
      version = master.version();
      looks_due = looks;
      wait_ms = 0;
    }
    wait_ms -= limits.vault_key_poll_ms;
    if (looks_due === 0 || wait_ms > 0) return;
    const { failed } = await rewrap(deps);
    wait_ms = limits.vault_rewrap_again_ms;
    if (failed > 0) return;
    looks_due -= 1;
    if (looks_due === 0) master.forgetRemoved();
  };
  const next = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      wait_ms = limits.vault_rewrap_again_ms;
      log.warn('vault-rewrap-failed', { error });
    }
    if (!stopped) timer = setTimeout(start, limits.vault_key_poll_ms).unref();
  };
  let running = Promise.resolve();
  const start = (): void => void (running = next());
  start();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
