/** Says why something is not ready; undefined when it is. */
export type ReadinessCheck = () => string | undefined;

/** What must hold before traffic may come. Parts of a process add their checks; with none, it is ready. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();

  /** Adds (or replaces) the check of one part; returns how to take it away. */
  add(part: string, check: ReadinessCheck): () => void {
    this.#checks.set(part, check);
    return () => {
      if (this.#checks.get(part) === check) this.#checks.delete(part);
    };
  }

  /** One line per part that is not ready. */
  reasons(): readonly string[] {
    return [...this.#checks].flatMap(([part, check]) => {
      const reason = check();
      return reason === undefined ? [] : [`${part}: ${reason}`];
    });
  }
}
