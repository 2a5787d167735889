import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MS = 10;
const ANSWER_MS_MAX = 20_000;

/** Sends numbers to a webhook, one after the other, each again until it is answered with 200. */
export class WebhookSender {
  readonly #url: string;
  /** How often each number was sent. */
  readonly #attempts: number[] = [];
  #isLast = false;
  #isOver = false;
  #running: Promise<void> | undefined;
  refusals = 0;

  constructor(url: string) {
    this.#url = url;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Gives up. */
  end(): void {
    this.#isOver = true;
    this.#isLast = true;
  }

  /** How often each number was sent until it was acknowledged; all of them were. */
  async stop(): Promise<readonly number[]> {
    this.#isLast = true;
    await this.#running;
    return this.#attempts;
  }

  async #run(): Promise<void> {
    while (!this.#isLast) {
      const id = this.#attempts.push(0) - 1;
      do this.#attempts[id] = (this.#attempts[id] ?? 0) + 1;
      while (!(await this.#isTaken(id)) && !this.#isOver);
    }
  }

  async #isTaken(id: number): Promise<boolean> {
    await delay(PAUSE_MS);
    try {
      const { status } = await fetch(this.#url, { method: "POST", body: String(id), signal: AbortSignal.timeout(ANSWER_MS_MAX) });
      if (status !== 200) this.refusals++;
      return status === 200;
    } catch {
      return false; // Nobody listens, or the answer is lost.
    }
  }
}
