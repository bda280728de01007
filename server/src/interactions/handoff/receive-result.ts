// Takes an announced result: fetches it, checks it, keeps it. The one who announces it waits for that; a client that is down
// is asked again, for a while at once and then by the sweep, while the call stays open.
import { setTimeout as wait } from 'node:timers/promises';
import { limits } from '../../base/limits.ts';
import type { TenantHttp } from '../../base/tenant-http.ts';
import type { TenantVault } from '../../credentials/vault/vault.ts';
import { claimDelivery, endDelivery } from './deliveries.ts';
import type { Announcement, DeliveryPlace } from './deliveries.ts';
import { fetchResult } from './fetch-result.ts';
import { resultTokenHash } from './handoff-row.ts';
import type { HandOffDeps } from './handoff-row.ts';
import { readResult } from './read-result.ts';
import { takeResult } from './take-result.ts';

/** `waiting`: the client could not be reached, and is asked again. */
export type Received = 'accepted' | 'refused' | 'waiting';

export interface ReceiveDeps extends HandOffDeps {
  readonly http: TenantHttp;
}

export class ResultReceiver {
  readonly #deps: ReceiveDeps;
  /** By tenant, client and token: the same announcement again waits for the first. */
  readonly #running = new Map<string, Promise<Received>>();
  readonly #by_tenant = new Map<string, number>();

  constructor(deps: ReceiveDeps) {
    this.#deps = deps;
  }

  /** An announcement; with `body`, the client has sent the result itself. */
  async receive(announced: Announcement, body?: Buffer): Promise<Received> {
    const { tenant_id, client, token } = announced;
    const key = `${tenant_id} ${resultTokenHash(client, token).toString('base64')}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const under_way = this.#by_tenant.get(tenant_id) ?? 0;
    if (under_way >= limits.handoff_announced) return 'waiting';
    this.#by_tenant.set(tenant_id, under_way + 1);
    const receiving = this.#receive(announced, body).finally(() => {
      this.#running.delete(key);
      const left = (this.#by_tenant.get(tenant_id) ?? 1) - 1;
      if (left > 0) this.#by_tenant.set(tenant_id, left);
      else this.#by_tenant.delete(tenant_id);
    });
    this.#running.set(key, receiving);
    return receiving;
  }

  async #receive(announced: Announcement, body: Buffer | undefined): Promise<Received> {
    const { store, vault: vaults, log, clock } = this.#deps;
    const { tenant_id, client } = announced;
    const vault = await vaults.of(tenant_id);
    const until = clock.monotonic() + limits.handoff_busy_ms;
    for (;;) {
      const claim = await store.inTenant(tenant_id, (db) => claimDelivery(db, this.#deps, { announced, vault }));
      if (claim.kind === 'accepted') return 'accepted';
      if (claim.kind === 'unwanted') {
        log.warn('handoff-result-refused', { tenant_id, client, why: 'nothing is expected of this client' });
        return 'refused';
      }
      if (claim.kind === 'ours')
        return this.deliver(announced, { vault, id: claim.id, body, tries: limits.handoff_fetches });
      if (clock.monotonic() >= until) return 'waiting';
      await wait(limits.handoff_busy_poll_ms);
    }
  }

  /** A delivery that this process has taken up. */
  async deliver(announced: Announcement, { vault, id, body, tries }: Taking): Promise<Received> {
    const { tenant_id } = announced;
    const place = { tenant_id, id };
    let fetched = body;
    for (let tried = 1; fetched === undefined; tried += 1) {
      const answer = await this.#fetch(announced);
      if (answer.kind === 'answer') fetched = answer.body;
      else {
        this.#deps.log.warn('handoff-result-not-fetched', {
          tenant_id,
          client: announced.client,
          why: answer.why,
          error: answer.cause,
        });
        if (answer.kind === 'refused') return this.#end(place, 'refused');
        if (tried >= tries) return this.#end(place, 'waiting');
        await wait(limits.handoff_fetch_pause_ms * 3 ** (tried - 1));
      }
    }
    return this.#take(announced, { vault, id, body: fetched });
  }

  #fetch({ tenant_id, result_url = '', token }: Announcement): ReturnType<typeof fetchResult> {
    const { http, mode } = this.#deps;
    return fetchResult(http.of(tenant_id), { result_url, token, mode });
  }

  async #end(place: DeliveryPlace, status: 'refused' | 'waiting'): Promise<Received> {
    const end = status === 'waiting' ? { status } : { status, handoff_id: null };
    await this.#deps.store.inTenant(place.tenant_id, (db) => endDelivery(db, this.#deps, { ...place, ...end }));
    return status;
  }

  async #take(announced: Announcement, { vault, id, body }: TakenUp): Promise<Received> {
    const { tenant_id, client, token } = announced;
    const { store, log, wake } = this.#deps;
    const read = readResult(body);
    const wrong = read.kind === 'wrong' ? read.why : read.token === token ? undefined : 'it has another token';
    if (read.kind === 'wrong' || wrong !== undefined) {
      log.warn('handoff-result-refused', { tenant_id, client, why: wrong });
      return this.#end({ tenant_id, id }, 'refused');
    }
    const { result } = read;
    const taken = await store.inTenant(tenant_id, async (db) => {
      const outcome = await takeResult(db, this.#deps, { tenant_id, client, result, vault });
      const { handoff_id } = outcome;
      await endDelivery(db, this.#deps, {
        ...{ tenant_id, id },
        ...(outcome.kind === 'taken'
          ? { status: 'accepted', handoff_id: outcome.handoff_id }
          : { status: 'refused', handoff_id }),
      });
      return outcome;
    });
    if (taken.kind === 'refused') {
      log.warn('handoff-result-refused', { tenant_id, client, why: taken.why, handoff_id: taken.handoff_id });
      return 'refused';
    }
    log.info('handoff-finished', { tenant_id, client, handoff_id: taken.handoff_id });
    wake(tenant_id, taken.interaction_id);
    return 'accepted';
  }
}

interface TakenUp {
  readonly vault: TenantVault;
  readonly id: string;
  readonly body: Buffer;
}

interface Taking extends Omit<TakenUp, 'body'> {
  /** As the client has pushed it. */
  readonly body: Buffer | undefined;
  /** How often the client is asked. */
  readonly tries: number;
}
