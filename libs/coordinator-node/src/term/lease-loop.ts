import { type Clock, type CoordinationStore, type Fence, type LeaseResult, type Logger, sleep } from "@millrace/ports";

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
  const isStopping = (): boolean => signal.aborted;
  while (!isStopping()) {
    try {
      const askedAtMs = clock.monotonicMs();
      const result = await store.acquireLease(settings);
      if (result.kind === "held") {
        await actions.follow(result);
        await sleep(clock, Math.min(pauseMs, result.remainingMs + 1), signal);
      } else {
        const fence = { holder: settings.holder, epoch: result.epoch, generation: result.generation };
        await leadOneTerm(fence, { ...settings, endMs: askedAtMs + settings.ttlMs }, { ...ports, ...options });
        await sleep(clock, pauseMs, signal); // a standby goes first; a term that cannot begin does not spin
      }
    } catch (error) {
      if (isStopping()) return;
      logger.warn("coordinator.lease-unavailable", { store: store.description, error });
      await sleep(clock, pauseMs, signal).catch(() => undefined);
    }
  }
}

async function leadOneTerm(
  fence: Fence,
  lease: { ttlMs: number; endMs: number },
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

async function keepLease(
  fence: Fence,
  lease: { ttlMs: number; endMs: number },
  ports: { store: CoordinationStore; clock: Clock; logger: Logger; over: AbortSignal; stepDown: (reason: string) => void },
): Promise<void> {
  const { clock, over, stepDown } = ports;
  let endMs = lease.endMs;
  let expiry = clock.setTimer(Math.max(0, endMs - clock.monotonicMs()), () => {
    stepDown("lease expired");
  });
  try {
    for (;;) {
      await sleep(clock, lease.ttlMs / 3, over);
      const askedAtMs = clock.monotonicMs();
      const isMine = await ports.store.renewLease({ ...fence, ttlMs: lease.ttlMs }).catch((error: unknown) => {
        ports.logger.warn("coordinator.lease-not-renewed", { epoch: fence.epoch, error });
        return undefined;
      });
      if (isMine === false) {
        stepDown("lease lost");
        return;
      }
      if (isMine === undefined || over.aborted) continue;
      endMs = askedAtMs + lease.ttlMs;
      expiry.cancel();
      expiry = clock.setTimer(Math.max(0, endMs - clock.monotonicMs()), () => {
        stepDown("lease expired");
      });
    }
  } catch (error) {
    if (!over.aborted) stepDown(String(error));
  } finally {
    expiry.cancel();
  }
}

/** Gives the lease back, so that a standby need not wait; a store that does not answer lets it expire. */
async function releaseQuietly(fence: Fence, { store, logger }: { store: CoordinationStore; logger: Logger }): Promise<void> {
  await store.releaseLease(fence).catch((error: unknown) => {
    logger.debug("coordinator.lease-not-released", { error });
  });
}
