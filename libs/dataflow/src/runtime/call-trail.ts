import type { OperatorNode } from "@millrace/model";

/** A user function of the job: what stands behind a mark. */
export interface UserFunction {
  readonly operator: string;
  /** Kind of the operator. */
  readonly kind: string;
  readonly name: string | undefined;
  readonly function: string;
}

/** Where user code was: read from the trail's memory by somebody else. */
export interface CallPosition extends UserFunction {
  readonly batch: number;
  /** topic-partition@offset of the record in hand; undefined in keyed stages. */
  readonly position: string | undefined;
}

const BYTES = 24;
/** Cells of 32 bits. */
const CALL = 0;
const PARTITION = 1;
/** Cells of 64 bits. */
const OFFSET = 1;
const BATCH = 2;
/** No user function is running; no record is in hand. */
const NONE = 0;

/**
 * Which user function runs, on which record: noted before each call, in memory that outlives the call. User code that never returns, or takes all memory, cannot say
 * where it was; whoever watches the memory from another thread can. A note is one or two stores into typed arrays, so that it is always made.
 */
export class CallTrail {
  /** To be shared with a thread that watches. */
  readonly memory = new SharedArrayBuffer(BYTES);
  readonly #small = new Int32Array(this.memory);
  readonly #wide = new Float64Array(this.memory);
  readonly #functions: UserFunction[] = [];
  readonly #partitions: string[] = [];
  readonly #calls = new Map<string, UserCall>();

  /** What `positionIn` needs to read the memory; complete once all operators are built. */
  get names(): CallNames {
    return { functions: this.#functions, partitions: this.#partitions };
  }

  /** The call of a user function; the same one for all tasks of the operator. */
  call(operator: OperatorNode, functionName: string): UserCall {
    const key = `${operator.id}/${functionName}`;
    let call = this.#calls.get(key);
    if (call === undefined) {
      this.#functions.push({ operator: operator.id, kind: operator.kind, name: operator.name, function: functionName });
      call = new UserCall(this.#small, this.#functions.length);
      this.#calls.set(key, call);
    }
    return call;
  }

  /** Number of a source partition, for `at`. */
  partition(name: string): number {
    return this.#partitions.push(name);
  }

  beginBatch(batch: number): void {
    this.#wide[BATCH] = batch;
    this.leave();
  }

  /** The record in hand. */
  at(partition: number, offset: number): void {
    this.#small[PARTITION] = partition;
    this.#wide[OFFSET] = offset;
  }

  /** No user code runs. */
  leave(): void {
    this.#small[CALL] = NONE;
    this.#small[PARTITION] = NONE;
  }
}

export class UserCall {
  readonly #cells: Int32Array;
  readonly #mark: number;

  constructor(cells: Int32Array, mark: number) {
    this.#cells = cells;
    this.#mark = mark;
  }

  /** The function is called now. */
  enter(): void {
    this.#cells[CALL] = this.#mark;
  }
}

export interface CallNames {
  readonly functions: readonly UserFunction[];
  readonly partitions: readonly string[];
}

/** What a copy of the trail's memory says; undefined: no user code ran. */
export function positionIn(memory: Uint8Array, { functions, partitions }: CallNames): CallPosition | undefined {
  if (memory.length < BYTES) return undefined;
  const view = new DataView(memory.buffer, memory.byteOffset, BYTES);
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1; // typed arrays have the machine's order
  const called = functions[view.getInt32(4 * CALL, isLittle) - 1];
  if (called === undefined) return undefined;
  const partition = partitions[view.getInt32(4 * PARTITION, isLittle) - 1];
  const position = partition === undefined ? undefined : `${partition}@${view.getFloat64(8 * OFFSET, isLittle)}`;
  return { ...called, batch: view.getFloat64(8 * BATCH, isLittle), position };
}
