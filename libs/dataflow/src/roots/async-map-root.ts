import type { OperatorNode } from "@millrace/model";
import { type Clock, sleep, type ValueCodec } from "@millrace/ports";
import { createDeferred } from "@millrace/stdx";
import { noAnswer } from "../errors.ts";
import type { OperatorEnvironment } from "../operators/environment.ts";
import type { AnswerJournal } from "../runtime/runtime-types.ts";
import { decodeRows, encodeRows } from "../shuffle/block-codec.ts";
import type { Rows } from "../shuffle/rows.ts";
import { askAll } from "./ask-all.ts";
import type { RootOperator } from "./root.ts";

interface AsyncMapParts {
  readonly environment: OperatorEnvironment<OperatorNode & { kind: "mapAsync" }>;
  readonly task: number;
  readonly codec: ValueCodec;
  readonly answers: AnswerJournal | undefined;
  readonly timers: Pick<Clock, "setTimer"> | undefined;
}

/** `mapAsync`: when all elements of the batch are there, they are asked for; answers are kept before the first of them is handed on, and found again when the batch is repeated. */
export class AsyncMapRoot implements RootOperator {
  readonly #parts: AsyncMapParts;
  #values: unknown[] = [];
  #times: number[] = [];

  constructor(parts: AsyncMapParts) {
    this.#parts = parts;
    parts.environment.required("f");
  }

  receive({ values, numbers }: Rows): void {
    for (const [index, value] of values.entries()) {
      this.#values.push(value);
      this.#times.push(numbers[index] ?? NaN);
    }
  }

  async endBatch(emit: (value: unknown, time: number) => void): Promise<void> {
    const asked: Rows = { keys: [], values: this.#values, numbers: this.#times };
    this.#values = [];
    this.#times = [];
    if (asked.values.length === 0) return;
    const { values, numbers } = await this.#answersTo(asked);
    this.#parts.environment.counts.recordsOut += values.length;
    for (const [index, value] of values.entries()) emit(value, numbers[index] ?? NaN);
  }

  /** In the order in which they are handed on. */
  async #answersTo(asked: Rows): Promise<Rows> {
    const { environment, task, codec, answers: journal } = this.#parts;
    if (journal === undefined) return this.#ask(asked);
    const { batch } = environment.batch;
    const of = { operatorId: environment.operator.id, task, batch, digest: digestOf(encodeRows(codec, asked)) };
    const kept = journal.find(of);
    if (kept !== undefined) return decodeRows(codec, { edge: -1, fromTask: task, recordCount: asked.values.length, payload: kept });
    const answered = await this.#ask(asked);
    await journal.keep(of, encodeRows(codec, answered));
    return answered;
  }

  async #ask({ values, numbers }: Rows): Promise<Rows> {
    const { capacity, order: wanted } = this.#parts.environment.operator;
    const { answers, order } = await askAll(values, (element, signal) => this.#answerTo(element, signal), capacity);
    if (wanted === "input") return { keys: [], values: [...answers], numbers };
    return { keys: [], values: order.map((place) => answers[place]), numbers: order.map((place) => numbers[place] ?? NaN) };
  }

  async #answerTo(element: unknown, given: AbortSignal): Promise<unknown> {
    const { environment, timers } = this.#parts;
    const { operator, batch } = environment;
    let cause: unknown;
    for (let attempt = 1; attempt <= operator.retries + 1; attempt++) {
      try {
        return await this.#attempt(element, attempt, given);
      } catch (error) {
        given.throwIfAborted();
        cause = error;
      }
      if (attempt <= operator.retries && timers !== undefined) await sleep(timers, operator.retryAfterMs * 2 ** (attempt - 1), given);
    }
    const otherwise = environment.optional("otherwise");
    if (otherwise === undefined) throw noAnswer({ operator, attempts: operator.retries + 1, batch: batch.batch, cause });
    try {
      environment.call("otherwise").enter();
      return otherwise(element, cause);
    } catch (error) {
      return environment.fail("otherwise", error);
    }
  }

  /** Whoever does not answer in time may answer later: nobody listens then. */
  async #attempt(element: unknown, attempt: number, given: AbortSignal): Promise<unknown> {
    const { environment, timers } = this.#parts;
    const { timeoutMs } = environment.operator;
    const over = new AbortController();
    const signal = AbortSignal.any([given, over.signal]);
    const givenUp = createDeferred<never>();
    const onAbort = (): void => {
      givenUp.reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = timers?.setTimer(timeoutMs, () => {
      over.abort(new Error(`nothing came within ${timeoutMs} ms`));
    });
    environment.call("f").enter();
    try {
      return await Promise.race([environment.required("f")(element, { signal, attempt }), givenUp.promise]);
    } finally {
      timer?.cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/** Of bytes: two hashes of 32 bits, FNV-1a from two starts, and how many there are. */
function digestOf(bytes: Uint8Array): string {
  let [left, right] = [0x811c9dc5, 0x01000193];
  for (const byte of bytes) {
    left = Math.imul(left ^ byte, 0x01000193);
    right = Math.imul(right ^ byte, 0x85ebca6b);
  }
  return `${bytes.length}-${(left >>> 0).toString(16)}-${(right >>> 0).toString(16)}`;
}
