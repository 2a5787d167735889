import { checkDuration } from "./checks.ts";
import type { Duration } from "./duration.ts";
import type { Pair } from "./pair.ts";

/** State of one key as the function of `mapWithState` sees it, for the length of one call. */
export interface State<S> {
  exists(): boolean;
  /** The state; absent: `state-absent`. */
  get(): S;
  /** The state; absent: undefined. */
  getOption(): S | undefined;
  /** Sets the state. After `remove` in the same call, or while timing out: `state-illegal-call`. */
  update(state: S): void;
  /** Forgets the key. Twice in one call, or while timing out: `state-illegal-call`. */
  remove(): void;
  /** The key has been idle for longer than the time-out: this is its last call, without a value. */
  isTimingOut(): boolean;
}

/** Called once per record, and once more for a key that times out (`value` undefined). What it returns is emitted, unless undefined. */
export type StateFunction<K, V, S, E> = (time: number, key: K, value: V | undefined, state: State<S>) => E | undefined;

interface Parts<K, V, S, E> {
  readonly f: StateFunction<K, V, S, E>;
  readonly initial?: Iterable<unknown>;
  readonly partitions?: number;
  readonly timeoutMs?: number;
  readonly timeoutCheckMs?: number;
}

/** What `mapWithState` does with a key's records and what it remembers. Each method gives a new spec. */
export class StateSpec<in K, in V, S, out E> {
  readonly #parts: Parts<K, V, S, E>;

  private constructor(parts: Parts<K, V, S, E>) {
    this.#parts = parts;
  }

  static function<K, V, S, E>(f: StateFunction<K, V, S, E>): StateSpec<K, V, S, E> {
    return new StateSpec<K, V, S, E>({ f });
  }

  /** State before the first batch; it counts as touched in the first batch and yields nothing. */
  initialState(pairs: Iterable<Pair<K, S>>): StateSpec<K, V, S, E> {
    return new StateSpec<K, V, S, E>({ ...this.#parts, initial: pairs });
  }

  numPartitions(partitions: number): StateSpec<K, V, S, E> {
    return new StateSpec<K, V, S, E>({ ...this.#parts, partitions });
  }

  /**
   * Keys without a record for longer than `idle` are called once more and forgotten. `checkEvery`: idle keys are looked for only at multiples of it, as
   * Spark does (every tenth slide); absent: at every batch.
   */
  timeout(idle: Duration, options: { readonly checkEvery?: Duration } = {}): StateSpec<K, V, S, E> {
    checkDuration(idle, "StateSpec.timeout");
    const { checkEvery } = options;
    if (checkEvery !== undefined) checkDuration(checkEvery, "StateSpec.timeout checkEvery");
    return new StateSpec<K, V, S, E>({
      ...this.#parts,
      timeoutMs: idle,
      ...(checkEvery === undefined ? {} : { timeoutCheckMs: checkEvery }),
    });
  }

  /** What the spec holds, for the operator. */
  static parts<K, V, S, E>(spec: StateSpec<K, V, S, E>): Parts<K, V, S, E> {
    return spec.#parts;
  }
}
