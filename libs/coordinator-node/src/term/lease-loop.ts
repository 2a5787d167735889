import { type Clock, type CoordinationStore, type Fence, type LeaseResult, type Logger, sleep, type Timer } from "@millrace/ports";
import { RENEWALS_MAX } from "../limits.ts";
import { LeaseStrain } from "./lease-strain.ts";

export interface LeaseLoopSettings {
  readonly holder: string;
  readonly ttlMs: number;
}

/** What happens in a term. `signal` is aborted when the lease is lost; the loop goes on when the returned promise has settled. */
export interface LeaseLoopActions {
  lead(fence: Fence, signal: AbortSignal, stepDown: (reason: string) => void): Promise<void>;
  /** Someone else leads. */
  follow(held: Extract<LeaseResult, { kind: "held" }>): Promise<void>;
}

/**
 * Takes the lease whenever it is free and keeps it while it can. Each term ends at the latest when the lease may have expired by this
 * process's own clock, also while the store does not answer. That only ends it sooner: what makes it safe is the epoch in each write.
 */
export async function runLeaseLoop(
  settings: LeaseLoopSettings,
  ports: { store: CoordinationStore; clock: Clock; logger: Logger },
  options: { actions: LeaseLoopActions; signal: AbortSignal },
): Promise<void> {
  const { store, clock, logger } = ports;
  const { actions, signal } = options;
  const pauseMs = settings.ttlMs / 3;
  const strain = new LeaseStrain(settings.ttlMs, clock);
  const isStopping = (): boolean => signal.aborted;
  while (!isStopping()) {
    try {
      const askedAtMs = clock.monotonicMs();
      const { ttlMs } = strain;
      const result = await store.acquireLease({ holder: settings.holder, ttlMs });
      if (result.kind === "held") {
        await actions.follow(result);
        await strain.sleep(Math.min(pauseMs, result.remainingMs + 1), signal);
        if (strain.patienceMs > 0) await strain.sleep(strain.patienceMs, signal); // the holder has as little time as we have
      } else {
        const fence = { holder: settings.holder, epoch: result.epoch, generation: result.generation };
        await leadOneTerm(fence, { ...settings, strain, endMs: askedAtMs + ttlMs }, { ...ports, ...options });
        await strain.sleep(pauseMs, signal); // a standby goes first; a term that cannot begin does not spin
      }
    } catch (error) {
      if (isStopping()) return;
      logger.warn("coordinator.lease-unavailable", { store: store.description, error });
      await sleep(clock, pauseMs, signal).catch(() => undefined);
    }
  }
}

interface Lease {
  /** As it is set: how often it is renewed hangs on that. */
  readonly ttlMs: number;
  readonly strain: LeaseStrain;
  /** When it ends by this process's own clock. */
  readonly endMs: number;
}

async function leadOneTerm(
  fence: Fence,
  lease: Lease,
  ports: { store: CoordinationStore; clock: Clock; logger: Logger; actions: LeaseLoopActions; signal: AbortSignal },
): Promise<void> {
  const over = new AbortController();
  const stepDown = (reason: string): void => {
    if (!over.signal.aborted) ports.logger.info("coordinator.term-over", { epoch: fence.epoch, reason });
    over.abort(new Error(reason));
  };
  const onStop = (): void => {
    stepDown("stopping");
  };
  ports.signal.addEventListener("abort", onStop, { once: true });
  if (ports.signal.aborted) onStop();
  try {
    await Promise.all([
      ports.actions.lead(fence, over.signal, stepDown).catch((error: unknown) => {
        stepDown(String(error));
      }),
      keepLease(fence, lease, { ...ports, over: over.signal, stepDown }),
    ]);
  } finally {
    ports.signal.removeEventListener("abort", onStop);
    await releaseQuietly(fence, ports);
  }
}

interface KeeperPorts {
  readonly store: CoordinationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly over: AbortSignal;
  readonly stepDown: (reason: string) => void;
}

async function keepLease(fence: Fence, lease: Lease, ports: KeeperPorts): Promise<void> {
  const { over, stepDown } = ports;
  const { strain } = lease;
  const keeper = new LeaseEnd(lease, ports);
  try {
    for (let isRenewed = true; ;) {
      await strain.sleep(isRenewed ? lease.ttlMs / 3 : lease.ttlMs / RENEWALS_MAX, over);
      isRenewed = await keeper.renew(fence);
    }
  } catch (error) {
    if (!over.aborted) stepDown(String(error));
  } finally {
    keeper.close();
  }
}

/** The time at which a term ends, put off by each renewal. */
class LeaseEnd {
  readonly #lease: Lease;
  readonly #ports: KeeperPorts;
  #timer: Timer;

  constructor(lease: Lease, ports: KeeperPorts) {
    this.#lease = lease;
    this.#ports = ports;
    this.#timer = this.#endAt(lease.endMs);
  }

  /** false: there was no answer. */
  async renew(fence: Fence): Promise<boolean> {
    const { clock, store, logger, over, stepDown } = this.#ports;
    const { strain } = this.#lease;
    const { ttlMs } = strain;
    const askedAtMs = clock.monotonicMs();
    const isMine = await store.renewLease({ ...fence, ttlMs }).catch((error: unknown) => {
      logger.warn("coordinator.lease-not-renewed", { epoch: fence.epoch, error });
      return undefined;
    });
    if (isMine === false) stepDown("lease lost");
    if (isMine === undefined) return false;
    strain.wasAnswered(askedAtMs);
    if (!isMine || over.aborted) return true;
    this.#timer.cancel();
    this.#timer = this.#endAt(askedAtMs + ttlMs);
    return true;
  }

  close(): void {
    this.#timer.cancel();
  }

  /**
   * Timers fire before answers are read: where this process stood still, the answer that prolongs the lease may be here already, or the question has not been asked yet. It gets
   * one more pause for it. That is no risk to what is written, which the epoch guards; a process that was on time ends its term on time.
   */
  #endAt(endMs: number): Timer {
    const { clock, stepDown } = this.#ports;
    const { strain, ttlMs } = this.#lease;
    const end = (): void => {
      stepDown("lease expired");
    };
    return clock.setTimer(Math.max(0, endMs - clock.monotonicMs()), () => {
      strain.wasDue(endMs);
      if (strain.isLate) this.#timer = clock.setTimer(ttlMs / 3, end);
      else end();
    });
  }
}

/** Gives the lease back, so that a standby need not wait; a store that does not answer lets it expire. */
async function releaseQuietly(fence: Fence, { store, logger }: { store: CoordinationStore; logger: Logger }): Promise<void> {
  await store.releaseLease(fence).catch((error: unknown) => {
    logger.debug("coordinator.lease-not-released", { error });
  });
}
