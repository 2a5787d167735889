import { AppError, canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import { corruptState } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";
import type { Rows } from "../shuffle/rows.ts";
import { KeyedTable } from "../state/keyed-table.ts";
import { columnsOf, type Stateful } from "../state/stateful.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import { GroupState } from "./group-state.ts";
import type { RootOperator } from "./root.ts";
import { TimeGroups } from "./time-groups.ts";

interface Held {
  /** Undefined: only a time-out is held. */
  readonly value: unknown;
  readonly timeoutMs: number | undefined;
}

const STATE_VERSION = 1;

/**
 * `mapGroupsWithState`: the function is called once per key with new values, then once, without values, for each key whose time-out has passed (strictly): wm(t), or
 * the batch's time. A call clears the key's time-out; a key without state and time-out is forgotten.
 */
export class GroupStateRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "mapGroupsWithState" }>;
  readonly #state: GroupState;
  readonly #table = new KeyedTable<Held>();
  readonly #timeouts = new TimerIndex();
  readonly #groups = new TimeGroups();

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "mapGroupsWithState" }>) {
    this.#environment = environment;
    this.#state = new GroupState(environment.operator.id, environment.operator.timeout);
  }

  receive(rows: Rows): void {
    this.#groups.receive(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    if (!batch.isPresent(operator.id)) return;
    const until = evictUntil(batch, operator.id);
    this.#state.begin({ watermarkMs: until, batchTimeMs: batch.timeMs });
    for (const [canonical, { key, values }] of this.#groups.take()) this.#visit(canonical, { key, values, timedOut: false }, emit);
    const threshold = operator.timeout === "batch" ? batch.timeMs : until;
    if (operator.timeout === "none" || threshold === undefined) return;
    for (const { canonical, key } of this.#timeouts.takeDue(threshold, true))
      this.#visit(canonical, { key, values: [], timedOut: true }, emit);
  }

  #visit(
    canonical: CanonicalKey,
    { key, values, timedOut }: { readonly key: unknown; readonly values: readonly unknown[]; readonly timedOut: boolean },
    emit: Emit,
  ): void {
    const { operator } = this.#environment;
    const held = this.#table.get(canonical)?.value;
    this.#state.show(held?.value, timedOut);
    const result = this.#call(key, values);
    if (operator.many) forEachResult(this.#environment, "f", result, (item) => this.#emit(item, emit));
    else if (result !== undefined) this.#emit(result, emit);
    const { timeoutMs } = this.#state;
    const value = this.#state.getOption();
    if (held?.timeoutMs !== undefined && held.timeoutMs !== timeoutMs) this.#timeouts.delete(held.timeoutMs, canonical);
    if (value === undefined && timeoutMs === undefined) this.#table.delete(canonical);
    else this.#table.set(canonical, key, { value, timeoutMs });
    if (timeoutMs !== undefined) this.#timeouts.set(timeoutMs, canonical, key);
  }

  #call(key: unknown, values: readonly unknown[]): unknown {
    const f = this.#environment.required("f");
    try {
      return f(key, values, this.#state);
    } catch (error) {
      if (error instanceof AppError && error.code.startsWith("state-")) throw error;
      this.#environment.fail("f", error);
    }
  }

  #emit(element: unknown, emit: Emit): void {
    this.#environment.counts.recordsOut++;
    emit(element, NaN);
  }

  get pending(): boolean {
    return this.#environment.operator.timeout === "event" && this.#timeouts.size > 0;
  }

  get keyCount(): number {
    return this.#table.size;
  }

  takeChanged(): boolean {
    return this.#table.takeChanged();
  }

  save(): unknown {
    const [keys, held] = this.#table.save();
    // null is a state: whether there is one is said apart, since not every codec keeps undefined.
    const isHeld = held.map(({ value }) => value !== undefined);
    return {
      version: STATE_VERSION,
      columns: [keys, held.map(({ value }) => value), held.map(({ timeoutMs }) => timeoutMs ?? null), isHeld],
    };
  }

  load(saved: unknown): void {
    const columns = columnsOf(saved, STATE_VERSION, 4);
    if (columns === undefined) throw corruptState(this.#environment.operator.id, "it is no state of groups of this version");
    const [keys = [], values = [], timeouts = [], isHeld = []] = columns;
    const held = keys.map((_, index): Held => {
      const timeout = timeouts[index];
      return { value: isHeld[index] === true ? values[index] : undefined, timeoutMs: typeof timeout === "number" ? timeout : undefined };
    });
    this.#table.load(keys, held);
    for (const [index, key] of keys.entries()) {
      const timeoutMs = held[index]?.timeoutMs;
      if (timeoutMs !== undefined) this.#timeouts.set(timeoutMs, canonicalKey(key), key);
    }
  }
}
