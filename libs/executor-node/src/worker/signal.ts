import { createDeferred } from "@millrace/stdx";

/** Wakes one waiter: a `notify` between two waits is not lost, several count as one; after `fail` every wait rejects. */
export class Signal {
  #next = createDeferred<void>();
  #pending = false;
  #failure: Error | undefined;

  notify(): void {
    this.#pending = true;
    this.#next.resolve();
  }

  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#next.resolve();
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  async wait(): Promise<void> {
    if (!this.#pending && this.#failure === undefined) await this.#next.promise;
    if (this.#failure !== undefined) throw this.#failure;
    this.#pending = false;
    this.#next = createDeferred<void>();
  }
}
