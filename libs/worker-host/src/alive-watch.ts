import { ALIVE_INTERVAL_MS } from "./limits.ts";

/**
 * Calls `onSilent` once when a process has said nothing for `silenceMsMax`: its event loop hangs, as in an endless loop of user code. Silence is counted in
 * looks, not read from a clock: a supervisor that was busy or asleep itself must not take that for the worker's silence.
 */
export class AliveWatch {
  readonly #timer: NodeJS.Timeout;
  #silentLooks = 0;

  constructor(silenceMsMax: number, onSilent: () => void) {
    this.#timer = setInterval(() => {
      if (++this.#silentLooks * ALIVE_INTERVAL_MS < silenceMsMax) return;
      this.stop();
      onSilent();
    }, ALIVE_INTERVAL_MS);
    this.#timer.unref();
  }

  heard(): void {
    this.#silentLooks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
