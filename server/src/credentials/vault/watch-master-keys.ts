// Follows the master keys while the server runs: looks for changes of the file, and wraps the tenants' keys anew when the
// current one has changed. Failures are logged and tried again.
import { limits } from '../../base/limits.ts';
import { repeat } from '../../base/repeat.ts';
import type { Repeated } from '../../base/repeat.ts';
import { rewrap } from './rewrap.ts';
import type { RewrapDeps } from './rewrap.ts';

/** At the start and after each change. */
const looks = 3;

/**
 * The keys are wrapped anew at the start and after each change, and twice more some time later: another process may have
 * made a tenant's key with the old master key meanwhile. Never otherwise, so that processes that disagree about the
 * current key, as they do during a rolling restart, do not undo each other's work without end.
 */
export function watchMasterKeys(deps: RewrapDeps): Repeated {
  const { master, log } = deps;
  let version: number | undefined;
  let looks_due = looks;
  let wait_ms = 0;

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
  return repeat(look, {
    every_ms: limits.vault_key_poll_ms,
    onError: (error) => {
      wait_ms = limits.vault_rewrap_again_ms;
      log.warn('vault-rewrap-failed', { error });
    },
  });
}
