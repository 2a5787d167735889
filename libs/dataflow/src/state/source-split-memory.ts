import { canonicalKey } from "@millrace/model";
import type { SourceMemory } from "@millrace/ports";
import type { KeyedTable } from "./keyed-table.ts";
import type { Stateful } from "./stateful.ts";
import type { TaskState } from "./task-state.ts";

/** What one split of a source that is no topic remembers: state like any operator's, so that it is as old as the job's position after a recovery. */
export class SourceSplitMemory implements SourceMemory, Stateful {
  readonly pending = false;
  readonly state: TaskState;
  readonly #texts: KeyedTable<true>;

  constructor(state: TaskState) {
    this.state = state;
    this.#texts = state.table("texts");
  }

  get size(): number {
    return this.#texts.size;
  }

  get keyCount(): number {
    return this.#texts.size;
  }

  has(text: string): boolean {
    return this.#texts.get(canonicalKey(text)) !== undefined;
  }

  add(text: string): void {
    if (!this.has(text)) this.#texts.set(canonicalKey(text), text, true);
  }

  delete(text: string): void {
    this.#texts.delete(canonicalKey(text));
  }

  *texts(): Generator<string, void, undefined> {
    for (const { key } of this.#texts.values()) yield String(key);
  }

  restored(): void {
    // Everything is in the table.
  }
}
