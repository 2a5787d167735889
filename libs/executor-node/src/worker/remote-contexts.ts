/** Contexts of sampled records that other workers sent with their blocks, by batch. They may come before the batch begins here, and are dropped with it. */
export class RemoteContexts {
  readonly #byBatch = new Map<number, string>();

  /** The first of a batch stays. */
  note(batch: number, traceparent: string): void {
    if (traceparent !== "" && !this.#byBatch.has(batch)) this.#byBatch.set(batch, traceparent);
  }

  of(batch: number): string | undefined {
    return this.#byBatch.get(batch);
  }

  /** Forgets this batch and those before it. */
  done(batch: number): void {
    for (const known of this.#byBatch.keys()) if (known <= batch) this.#byBatch.delete(known);
  }
}
