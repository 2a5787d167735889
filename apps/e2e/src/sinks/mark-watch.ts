import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Targets } from "./sink-places.ts";

/** Sees, from outside, how far each slot of two sinks is that commit one after the other: files first, then the table. */
export class MarkWatch {
  readonly #targets: Targets;

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  /** Resolves when a batch's files are committed that were not before; within the time given, or anyway. */
  async nextFileCommit(withinMs: number): Promise<void> {
    const before = await this.#fileMarks();
    const endMs = performance.now() + withinMs;
    while (performance.now() < endMs) {
      const now = await this.#fileMarks();
      if ([...now].some(([slot, batch]) => batch > (before.get(slot) ?? 0))) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Whether some slot's batch is out in the files and not in the table: a crash now is one between the commits of two sinks. */
  async isBetween(): Promise<boolean> {
    const files = await this.#fileMarks();
    const table = await this.#tableMarks();
    return [...files].some(([slot, batch]) => batch > (table.get(slot) ?? 0));
  }

  async #fileMarks(): Promise<Map<number, number>> {
    const marks = new Map<number, number>();
    const hidden = join(this.#targets.places.filesFolder, ".millrace");
    for (const job of await readdir(hidden).catch(() => [])) {
      for (let slot = 0; slot < SLOTS; slot++) {
        const names = await readdir(join(hidden, job, "files", `slot-${slot}`, "commits")).catch(() => []);
        marks.set(slot, Math.max(0, ...names.map((name) => Number.parseInt(name, 10)).filter((batch) => !Number.isNaN(batch))));
      }
    }
    return marks;
  }

  async #tableMarks(): Promise<Map<number, number>> {
    const { rows } = await this.#targets.postgres.query<{ slot: number; batch: string | null }>(
      "SELECT slot, batch FROM millrace_sink_marks WHERE sink = 'table'",
    );
    return new Map(rows.map(({ slot, batch }) => [slot, Number(batch ?? 0)]));
  }
}

/** As in the job's settings. */
const SLOTS = 4;
