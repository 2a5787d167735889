import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { TimePanes } from "../operators/time-panes.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import type { RootOperator } from "./root.ts";

type JoinNode = OperatorNode & { kind: "joinWithin" };
type Side = "left" | "right";

/** A row that waits for partners. `matched` is kept with it, so that an outer row is emitted alone only if it never had one, whoever has left since. */
interface Row {
  readonly value: unknown;
  readonly time: number;
  matched: boolean;
}

interface BothSides {
  left: Row[];
  right: Row[];
}

interface Arrival {
  readonly side: Side;
  readonly rows: Rows;
}

const FORM: ValueForm<BothSides> = {
  save: ({ left, right }) => [left.map(plainRow), right.map(plainRow)],
  load: (saved) => {
    const [left, right] = saved as readonly [readonly PlainRow[], readonly PlainRow[]];
    return { left: left.map(rowOf), right: right.map(rowOf) };
  },
};

type PlainRow = readonly [value: unknown, time: number, matched: boolean];

function plainRow({ value, time, matched }: Row): PlainRow {
  return [value, time, matched];
}

function rowOf([value, time, matched]: PlainRow): Row {
  return { value, time, matched };
}

/**
 * `joinWithin`: rows of two streams with equal keys whose times are within bounds. In a batch left rows meet the right ones that wait, and wait; then right rows
 * meet the left ones, the new ones among them, and wait; then those go that the watermark says can find no partner any more. Rows of outer sides that had
 * none are emitted as they go, once. A row that is past its bound already does not wait. Keys null and undefined match nothing.
 */
export class TimeJoinRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<JoinNode>;
  readonly #windows: TimePanes | undefined;
  /** Whether rows of a side go: they do when the other side has a watermark. */
  readonly #goes: Readonly<Record<Side, boolean>>;
  readonly #table: KeyedTable<BothSides>;
  readonly #expiries: Readonly<Record<Side, TimerIndex>>;
  readonly state: TaskState;
  #arrivals: Arrival[] = [];
  #rowCount = 0;

  constructor(environment: OperatorEnvironment<JoinNode>, state: TaskState, goes: Readonly<Record<Side, boolean>>) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("rows", FORM);
    this.#expiries = { left: new TimerIndex(state.memory), right: new TimerIndex(state.memory) };
    const { bounds } = environment.operator;
    this.#windows = bounds?.type === "window" ? new TimePanes(bounds.window) : undefined;
    this.#goes = goes;
  }

  receive(rows: Rows, from: string): void {
    const [leftParent, rightParent] = this.#environment.operator.parents;
    if (from === leftParent) this.#arrivals.push({ side: "left", rows });
    if (from === rightParent) this.#arrivals.push({ side: "right", rows });
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    if (!batch.isPresent(operator.id)) return;
    const until = operator.bounds === undefined ? undefined : evictUntil(batch, operator.id);
    for (const side of ["left", "right"] as const) {
      for (const { rows } of arrivals.filter((arrival) => arrival.side === side)) {
        for (let index = 0; index < rows.values.length; index++) {
          const row = { value: rows.values[index], time: rows.numbers[index] ?? NaN, matched: false };
          this.#arrive(side, rows.keys[index], { row, until, emit });
        }
      }
    }
    if (until === undefined) return;
    for (const side of ["left", "right"] as const) this.#evict(side, until, emit);
  }

  #arrive(
    side: Side,
    key: unknown,
    { row, until, emit }: { readonly row: Row; readonly until: number | undefined; readonly emit: Emit },
  ): void {
    const { operator } = this.#environment;
    const canonical = canonicalKey(key);
    const entry = this.#table.get(canonical);
    const both = entry?.value ?? { left: [], right: [] };
    // The row itself may not stay, and then nothing else says that one that waits has met a partner or is gone.
    if (key !== null && this.#meet(side, key, { row, both, emit }) && entry !== undefined) this.#table.touch(canonical, entry);
    if (operator.type === "left-semi" && side === "left" && row.matched) return;
    const expiresMs = this.#expiryOf(side, row.time);
    if (until !== undefined && this.#goes[side] && this.#isPast(expiresMs, until)) {
      if (!row.matched) this.#emitAlone(side, { key, row, emit });
      return;
    }
    both[side].push(row);
    this.#rowCount++;
    this.#table.set(canonical, key, both);
    if (this.#goes[side] && expiresMs !== Infinity) this.#expiries[side].set(expiresMs, canonical, key);
  }

  /** Pairs the row with those of the other side that wait. True: something of these has changed. */
  #meet(side: Side, key: unknown, { row, both, emit }: { readonly row: Row; readonly both: BothSides; readonly emit: Emit }): boolean {
    const { operator } = this.#environment;
    const semi = operator.type === "left-semi";
    const others = side === "left" ? both.right : both.left;
    const gone = new Set<Row>();
    let isChanged = false;
    for (const other of others) {
      const [left, right] = side === "left" ? [row, other] : [other, row];
      if (!this.#isWithin(left.time, right.time) || !this.#where(left.value, right.value)) continue;
      row.matched = true;
      if (!other.matched) isChanged = true;
      other.matched = true;
      if (!semi) {
        this.#emitPair(key, [left, right], emit);
        continue;
      }
      this.#emitPair(key, [left, undefined], emit);
      if (side === "left") return isChanged;
      gone.add(other);
    }
    if (gone.size === 0) return isChanged;
    both.left = both.left.filter((left) => !gone.has(left));
    this.#rowCount -= gone.size;
    return true;
  }

  #isWithin(left: number, right: number): boolean {
    const { bounds } = this.#environment.operator;
    if (bounds === undefined) return true;
    if (bounds.type === "sameTime") return left === right;
    if (this.#windows !== undefined) return this.#lastWindow(left) === this.#lastWindow(right);
    return bounds.type === "interval" && left - bounds.beforeMs <= right && right <= left + bounds.afterMs;
  }

  #lastWindow(time: number): number {
    return this.#windows === undefined ? 0 : this.#windows.lastWindowOf(this.#windows.paneOf(time));
  }

  #where(left: unknown, right: unknown): boolean {
    const where = this.#environment.optional("where");
    if (where === undefined) return true;
    this.#environment.call("where").enter();
    try {
      return Boolean(where(left, right));
    } catch (error) {
      this.#environment.fail("where", error);
    }
  }

  /** A pair carries the time of the side that the operator names; what comes without a partner carries its own. */
  #emitPair(key: unknown, [left, right]: readonly [Row | undefined, Row | undefined], emit: Emit): void {
    const { operator, counts } = this.#environment;
    const timed = operator.time === "right" ? (right ?? left) : (left ?? right);
    counts.recordsOut++;
    if (operator.type === "left-semi") emit([key, left?.value], timed?.time ?? NaN);
    else emit([key, [left?.value, right?.value]], timed?.time ?? NaN);
  }

  #emitAlone(side: Side, { key, row, emit }: { readonly key: unknown; readonly row: Row; readonly emit: Emit }): void {
    const { type } = this.#environment.operator;
    const isPreserved = type === "full-outer" || type === (side === "left" ? "left-outer" : "right-outer");
    if (isPreserved) this.#emitPair(key, side === "left" ? [row, undefined] : [undefined, row], emit);
  }

  /** Last time of a partner, or the end of the window: when the watermark has passed it, the row goes. */
  #expiryOf(side: Side, time: number): number {
    const { bounds } = this.#environment.operator;
    if (bounds === undefined || !Number.isFinite(time)) return Infinity;
    if (this.#windows !== undefined) return this.#windows.windowEnd(this.#lastWindow(time));
    if (bounds.type !== "interval") return time;
    return side === "left" ? time + bounds.afterMs : time + bounds.beforeMs;
  }

  #isPast(expiresMs: number, until: number): boolean {
    return this.#isStrict ? expiresMs < until : expiresMs <= until;
  }

  /** A partner at the very bound may still come when the watermark is at it; none in a window that has ended, nor of a time that is late. */
  get #isStrict(): boolean {
    return this.#environment.operator.bounds?.type === "interval";
  }

  #evict(side: Side, until: number, emit: Emit): void {
    for (const { canonical, key } of this.#expiries[side].takeDue(until, this.#isStrict)) {
      const both = this.#table.get(canonical)?.value;
      if (both === undefined) continue;
      const kept: Row[] = [];
      for (const row of both[side]) {
        if (!this.#isPast(this.#expiryOf(side, row.time), until)) kept.push(row);
        else if (!row.matched) this.#emitAlone(side, { key, row, emit });
      }
      this.#rowCount -= both[side].length - kept.length;
      both[side] = kept;
      if (both.left.length === 0 && both.right.length === 0) this.#table.delete(canonical);
      else this.#table.set(canonical, key, both);
    }
  }

  get pending(): boolean {
    return this.#expiries.left.size > 0 || this.#expiries.right.size > 0;
  }

  get keyCount(): number {
    return this.#rowCount;
  }

  restored(): void {
    this.#rowCount = 0;
    for (const [canonical, { key, value }] of this.#table.entries()) this.#index(canonical, key, value);
  }

  #index(canonical: CanonicalKey, key: unknown, both: BothSides): void {
    for (const side of ["left", "right"] as const) {
      this.#rowCount += both[side].length;
      for (const { time } of both[side]) {
        const expiresMs = this.#expiryOf(side, time);
        if (this.#goes[side] && expiresMs !== Infinity) this.#expiries[side].set(expiresMs, canonical, key);
      }
    }
  }
}
