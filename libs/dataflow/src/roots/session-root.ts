import { canonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { binary, unary } from "../operators/user-functions.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import type { RootOperator } from "./root.ts";

/** [start, end) and what its records add up to. */
interface Session {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: unknown;
}

const RESULT_TIME_BEFORE_END_MS = 0.001;

const FORM: ValueForm<readonly Session[]> = {
  save: (sessions) => sessions.map(({ startMs, endMs, value }) => [startMs, endMs, value]),
  load: (saved) =>
    (saved as readonly (readonly [number, number, unknown])[]).map(([startMs, endMs, value]): Session => ({ startMs, endMs, value })),
};

/**
 * `aggregateBySession`: a record opens [time, time + gap); sessions of a key that touch or overlap are one, also when a late record bridges two. A session is emitted
 * once, when the watermark passes its end; in complete mode all of them whenever one changed.
 */
export class SessionRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "aggregateBySession" }>;
  readonly #init: (value: unknown) => unknown;
  readonly #add: (accumulator: unknown, value: unknown) => unknown;
  readonly #merge: (left: unknown, right: unknown) => unknown;
  readonly #result: (accumulator: unknown) => unknown;
  /** Sessions of each key in order of time. */
  readonly #table: KeyedTable<readonly Session[]>;
  readonly #ends: TimerIndex;
  readonly state: TaskState;
  #sessionCount = 0;
  #received = false;

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "aggregateBySession" }>, state: TaskState) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("sessions", FORM);
    this.#ends = new TimerIndex(state.memory);
    this.#init = unary(environment, "init");
    this.#add = binary(environment, "add");
    this.#merge = binary(environment, "merge");
    this.#result = environment.optional("result") === undefined ? (accumulator) => accumulator : unary(environment, "result");
  }

  receive({ keys, values, numbers }: Rows): void {
    const { gapMs } = this.#environment.operator;
    for (let index = 0; index < values.length; index++) {
      const time = numbers[index] ?? NaN;
      const [value, gap] = gapMs === undefined ? (values[index] as readonly [unknown, number]) : [values[index], gapMs];
      this.#addRecord(keys[index], { startMs: time, endMs: time + gap, value: this.#add(this.#init(undefined), value) });
    }
    if (values.length > 0) this.#received = true;
  }

  #addRecord(key: unknown, record: Session): void {
    const canonical = canonicalKey(key);
    const sessions = this.#table.get(canonical)?.value ?? [];
    const apart: Session[] = [];
    let grown = record;
    for (const session of sessions) {
      if (session.startMs <= grown.endMs && grown.startMs <= session.endMs) {
        this.#ends.delete(session.endMs, canonical);
        grown = {
          startMs: Math.min(session.startMs, grown.startMs),
          endMs: Math.max(session.endMs, grown.endMs),
          value: this.#merge(session.value, grown.value),
        };
      } else {
        apart.push(session);
      }
    }
    const next = [...apart, grown].sort((left, right) => left.startMs - right.startMs);
    this.#sessionCount += next.length - sessions.length;
    this.#table.set(canonical, key, next);
    this.#ends.set(grown.endMs, canonical, key);
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    const received = this.#received;
    this.#received = false;
    if (operator.mode === "complete") {
      if (!received) return;
      for (const { key, value } of this.#table.values()) {
        // A copy: the accumulator itself goes on growing.
        for (const session of value) this.#emit(key, { ...session, value: this.#merge(this.#init(undefined), session.value) }, emit);
      }
      return;
    }
    const until = evictUntil(batch, operator.id);
    if (until === undefined) return;
    for (const { timeMs, canonical, key } of this.#ends.takeDue(until)) {
      const sessions = this.#table.get(canonical)?.value ?? [];
      const left = sessions.filter((session) => session.endMs !== timeMs);
      for (const session of sessions) if (session.endMs === timeMs) this.#emit(key, session, emit);
      this.#sessionCount -= sessions.length - left.length;
      if (left.length === 0) this.#table.delete(canonical);
      else this.#table.set(canonical, key, left);
    }
  }

  #emit(key: unknown, { startMs, endMs, value }: Session, emit: Emit): void {
    this.#environment.counts.recordsOut++;
    emit({ key, window: { start: startMs, end: endMs }, value: this.#result(value) }, endMs - RESULT_TIME_BEFORE_END_MS);
  }

  get pending(): boolean {
    return this.#environment.operator.mode !== "complete" && this.#table.size > 0;
  }

  get keyCount(): number {
    return this.#sessionCount;
  }

  restored(): void {
    this.#sessionCount = 0;
    for (const [canonical, { key, value }] of this.#table.entries()) {
      this.#sessionCount += value.length;
      for (const { endMs } of value) this.#ends.set(endMs, canonical, key);
    }
  }
}
