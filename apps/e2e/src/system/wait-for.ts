import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/** Asks until there is an answer; fails with what was waited for when `withinMs` has passed. */
export async function waitFor<T>(what: string, withinMs: number, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const endMs = performance.now() + withinMs;
  let lastError: unknown;
  do {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      lastError = error;
    }
    await delay(POLL_MS);
  } while (performance.now() < endMs);
  const because = lastError instanceof Error ? `: ${lastError.message}` : "";
  throw new Error(`${what} did not happen within ${withinMs} ms${because}`);
}
