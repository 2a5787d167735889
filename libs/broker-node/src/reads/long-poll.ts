import type { CallContext } from "@millrace/contracts";
import { createDeferred } from "@millrace/stdx";
import type { RpcContext } from "../rpc/rpc-context.ts";
import { countAnswered, type ReadPass, type ReadTarget, release } from "./read-partitions.ts";
import type { AnswerRoom } from "./unsent-bytes.ts";

/** One wait for a change of some partitions. */
export interface Change {
  readonly happened: Promise<void>;
  readonly wake: () => void;
  readonly stop: () => void;
}

/**
 * Reads, and reads again whenever a partition of the targets has changed, until there is enough, something must be told, or the wait is over (G17). Listening
 * starts before reading, so that nothing falls between. Without room for an answer it waits for room, and in the end answers without records.
 */
export async function readUntilEnough(
  targets: readonly ReadTarget[],
  options: {
    /** At most so many bytes, and one batch at least; with 0 no records. */
    readonly read: (bytesMax: number) => ReadPass;
    readonly minBytes: number;
    readonly maxWaitMs: number;
    readonly call: CallContext;
    /** Absent: as much as is asked for. */
    readonly room?: AnswerRoom;
  },
  context: RpcContext,
): Promise<ReadPass> {
  const { call, room } = options;
  const { clock } = context.ports;
  const startedMs = clock.monotonicMs();
  const deadlineMs = startedMs + Math.min(options.maxWaitMs, call.remainingMs());
  for (;;) {
    const change = watch(targets, context);
    const bytesMax = room?.share() ?? Infinity;
    const pass = options.read(bytesMax);
    const waitMs = deadlineMs - clock.monotonicMs();
    if (pass.isUrgent || pass.sizeBytes >= Math.max(1, Math.min(options.minBytes, bytesMax)) || waitMs <= 0 || call.signal.aborted) {
      change.stop();
      room?.hold(pass.sizeBytes);
      countAnswered(pass, context);
      context.metrics.fetchWaitSeconds.record((clock.monotonicMs() - startedMs) / 1_000);
      return pass;
    }
    release(pass); // it is read anew
    const stopWaiting = bytesMax === 0 ? room?.onRoom(change.wake) : undefined;
    await waitFor(change, { signal: call.signal, waitMs }, context);
    stopWaiting?.();
  }
}

/** Resolves at the next change of any target: records become readable, or this broker no longer leads. */
export function watch(
  targets: readonly Pick<ReadTarget, "topic" | "partition" | "mayFollow">[],
  { replicas }: Pick<RpcContext, "replicas">,
): Change {
  const happened = createDeferred<void>();
  const wake = (): void => happened.resolve();
  const stops: (() => void)[] = [];
  for (const { topic, partition, mayFollow } of targets) {
    try {
      const local = mayFollow === true ? replicas.requireReadable(topic, partition) : replicas.requireLeader(topic, partition);
      stops.push(local.onReadable(wake));
    } catch {
      // The read that follows reports it.
    }
  }
  const stop = (): void => {
    for (const one of stops) one();
  };
  return { happened: happened.promise, wake, stop };
}

/** Waits for the change, the signal or the time, whichever comes first; `waitMs` undefined: any time. */
export async function waitFor(
  change: Change,
  { signal, waitMs }: { readonly signal: AbortSignal; readonly waitMs: number | undefined },
  { ports }: Pick<RpcContext, "ports">,
): Promise<void> {
  const timer = waitMs === undefined || waitMs === Infinity ? undefined : ports.clock.setTimer(waitMs, change.wake);
  signal.addEventListener("abort", change.wake, { once: true });
  if (signal.aborted) change.wake();
  try {
    await change.happened;
  } finally {
    signal.removeEventListener("abort", change.wake);
    timer?.cancel();
    change.stop();
  }
}
