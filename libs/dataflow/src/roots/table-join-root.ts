import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import type { RootOperator } from "./root.ts";

type Version = readonly [time: number, value: unknown];

interface Held {
  /** Versions of the table's value in order of time; one without event time, as of the batch. */
  readonly versions: readonly Version[];
  /** Elements of the stream that are ahead of the watermark. */
  readonly waiting: readonly Version[];
}

const FORM: ValueForm<Held> = {
  save: ({ versions, waiting }) => [versions, waiting],
  load: (saved) => {
    const [versions, waiting] = saved as readonly [readonly Version[], readonly Version[]];
    return { versions, waiting };
  },
};
const NOTHING: Held = { versions: [], waiting: [] };

/**
 * `joinTable`: elements of a stream with the table's value of their key. As of the batch: the table's records of a batch are applied before the stream's. As of event
 * time: an element waits until the watermark has reached it and meets the value that was valid at its time; versions that no element can ask for any
 * more are forgotten. null and undefined as value mean: none.
 */
export class TableJoinRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "joinTable" }>;
  readonly #table: KeyedTable<Held>;
  readonly state: TaskState;
  /** Keys with versions that a watermark may make useless: most of a table has one version each, and is not looked at. */
  readonly #prunable = new Set<CanonicalKey>();
  /** Keys by the times of what waits. */
  readonly #waiting: TimerIndex;
  #blocks: { readonly isTable: boolean; readonly rows: Rows }[] = [];

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "joinTable" }>, state: TaskState) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("held", FORM);
    this.#waiting = new TimerIndex(state.memory);
  }

  receive(rows: Rows, from: string): void {
    const [stream, table] = this.#environment.operator.parents;
    if (from === table) this.#blocks.push({ isTable: true, rows });
    if (from === stream) this.#blocks.push({ isTable: false, rows });
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    const blocks = this.#blocks;
    this.#blocks = [];
    if (!batch.isPresent(operator.id)) return;
    for (const isTable of [true, false]) {
      for (const { rows } of blocks.filter((block) => block.isTable === isTable)) {
        for (let index = 0; index < rows.values.length; index++) {
          const row: Version = [rows.numbers[index] ?? NaN, rows.values[index]];
          if (isTable) this.#addVersion(rows.keys[index], row);
          else this.#addElement(rows.keys[index], row, emit);
        }
      }
    }
    const until = operator.asOf === "eventTime" ? evictUntil(batch, operator.id) : undefined;
    if (until !== undefined) this.#release(until, emit);
  }

  #addVersion(key: unknown, version: Version): void {
    const canonical = canonicalKey(key);
    const { versions, waiting } = this.#table.get(canonical)?.value ?? NOTHING;
    if (this.#environment.operator.asOf === "batch") {
      const isGone = version[1] === null || version[1] === undefined;
      this.#keep(canonical, key, { versions: isGone ? [] : [version], waiting });
      return;
    }
    // Of one time the last that came counts; a table's record that comes late takes its place.
    const next = versions.filter(([time]) => time !== version[0]);
    const at = next.findIndex(([time]) => time > version[0]);
    this.#keep(canonical, key, { versions: next.toSpliced(at < 0 ? next.length : at, 0, version), waiting });
  }

  #addElement(key: unknown, element: Version, emit: Emit): void {
    const canonical = canonicalKey(key);
    const held = this.#table.get(canonical)?.value ?? NOTHING;
    if (this.#environment.operator.asOf === "batch") {
      this.#emit(key, element, { value: held.versions[0]?.[1], emit });
      return;
    }
    this.#keep(canonical, key, { ...held, waiting: [...held.waiting, element] });
    this.#waiting.set(element[0], canonical, key);
  }

  /** Elements up to the watermark, and the versions that only they could ask for. */
  #release(until: number, emit: Emit): void {
    for (const { timeMs, canonical, key } of this.#waiting.takeDue(until)) {
      const held = this.#table.get(canonical)?.value ?? NOTHING;
      const value = held.versions.findLast(([time]) => time <= timeMs)?.[1];
      for (const element of held.waiting) if (element[0] === timeMs) this.#emit(key, element, { value, emit });
      this.#keep(canonical, key, { ...held, waiting: held.waiting.filter(([time]) => time !== timeMs) });
    }
    for (const canonical of [...this.#prunable]) {
      const entry = this.#table.get(canonical);
      if (entry === undefined) continue;
      const { key, value } = entry;
      const valid = value.versions.findLastIndex(([time]) => time <= until);
      const isGone = valid >= 0 && (value.versions[valid]?.[1] ?? null) === null;
      const first = isGone ? valid + 1 : Math.max(valid, 0);
      if (first > 0) this.#keep(canonical, key, { ...value, versions: value.versions.slice(first) });
    }
  }

  #emit(key: unknown, [time, element]: Version, { value, emit }: { readonly value: unknown; readonly emit: Emit }): void {
    const { operator, counts } = this.#environment;
    const found = value ?? undefined;
    if (found === undefined && operator.sides !== "left-outer") return;
    counts.recordsOut++;
    emit(operator.sides === "left-semi" ? [key, element] : [key, [element, found]], time);
  }

  #keep(canonical: CanonicalKey, key: unknown, held: Held): void {
    if (isPrunable(held)) this.#prunable.add(canonical);
    else this.#prunable.delete(canonical);
    if (held.versions.length === 0 && held.waiting.length === 0) this.#table.delete(canonical);
    else this.#table.set(canonical, key, held);
  }

  get pending(): boolean {
    return this.#waiting.size > 0;
  }

  get keyCount(): number {
    return this.#table.size;
  }

  restored(): void {
    for (const [canonical, { key, value }] of this.#table.entries()) {
      if (isPrunable(value)) this.#prunable.add(canonical);
      for (const [time] of value.waiting) this.#waiting.set(time, canonical, key);
    }
  }
}

function isPrunable({ versions }: Held): boolean {
  return versions.length > 1 || (versions.length === 1 && (versions[0]?.[1] ?? null) === null);
}
