import { AppError, isRetriable } from "@millrace/model";
import { sleep } from "@millrace/ports";
import type { ClientPorts } from "./api.ts";
import { BACKOFF_JITTER, BACKOFF_MS_FIRST, BACKOFF_MS_MAX } from "./limits.ts";

/** Wait before repetition `attempt` (from 1): doubling, bounded, jittered. */
export function backoffMs(attempt: number, random: ClientPorts["random"]): number {
  const base = Math.min(BACKOFF_MS_FIRST * 2 ** Math.min(attempt - 1, 16), BACKOFF_MS_MAX);
  return base * (1 - BACKOFF_JITTER + 2 * BACKOFF_JITTER * random.next());
}

/** Worth the same request again: something moves, is away, or has no room just now. */
export function isTransient(error: unknown): boolean {
  return isRetriable(error) || (error instanceof AppError && error.kind === "exhausted" && error.code !== "producer-buffer-full");
}

/** Of a topic that other brokers know, this one has not heard yet, or it is gone: see TOPIC_UNHEARD_MS_MAX. */
export function isUnheard(error: unknown): boolean {
  return error instanceof AppError && (error.code === "unknown-topic" || error.code === "unknown-partition");
}

/** Repeats `run` while its error is transient and `forMs` has not passed; then the last error is thrown. */
export async function retrying<T>(
  ports: Pick<ClientPorts, "clock" | "random">,
  options: { readonly forMs: number; readonly signal?: AbortSignal | undefined },
  run: (attempt: number) => Promise<T>,
): Promise<T> {
  const deadlineMs = ports.clock.monotonicMs() + options.forMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      if (!isTransient(error) || options.signal?.aborted === true) throw error;
      const waitMs = backoffMs(attempt, ports.random);
      if (ports.clock.monotonicMs() + waitMs > deadlineMs) throw error;
      await sleep(ports.clock, waitMs, options.signal);
    }
  }
}
