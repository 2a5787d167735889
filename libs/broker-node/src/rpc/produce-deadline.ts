import type { AppError } from "@millrace/model";
import type { Clock, Timer } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";

/** What can be answered as late; nothing once it is answered. */
export interface Lateable {
  giveUp(error: AppError): void;
}

/** When a produce request is answered at the latest, one for all of its partitions: those that are not as durable as asked by then are answered as timed out, the others as they are. */
export class ProduceDeadline {
  readonly dueMs: number;
  readonly #timeoutMs: number;
  readonly #line: Line | undefined;
  /** Of the request's partitions: those that are answered hear it for nothing. */
  readonly #waiting: Lateable[] = [];
  /** Neighbours in its line. */
  before: ProduceDeadline | undefined;
  after: ProduceDeadline | undefined;
  #isOver = false;

  constructor(of: { readonly timeoutMs: number; readonly dueMs: number; readonly line: Line | undefined }) {
    this.#timeoutMs = of.timeoutMs;
    this.dueMs = of.dueMs;
    this.#line = of.line;
  }

  /** Throws once it is over: records of which the client was told that they are late must not be stored after that. */
  requireTime(): void {
    if (this.#isOver) throw brokerErrors.timedOut({ timeoutMs: this.#timeoutMs });
  }

  /** Has it given up when it is over. */
  limit(work: Lateable): void {
    this.#waiting.push(work);
  }

  /** The work, or a rejection as timed out if that comes first. */
  async within<T>(work: Promise<T>): Promise<T> {
    this.requireTime();
    const { promise: expired, reject } = Promise.withResolvers<never>();
    this.limit({ giveUp: reject });
    return Promise.race([work, expired]);
  }

  /** Everything is answered. Once. */
  cancel(): void {
    if (!this.#isOver) this.#line?.remove(this);
  }

  expire(): void {
    this.#isOver = true;
    const error = brokerErrors.timedOut({ timeoutMs: this.#timeoutMs });
    for (const work of this.#waiting.splice(0)) work.giveUp(error);
  }
}

/** Deadlines of one time-out, in the order in which they come: one timer, for the first. It is cancelled with the last, so that nothing keeps a process that is done. */
class Line {
  readonly #clock: Clock;
  readonly #onEmpty: () => void;
  #first: ProduceDeadline | undefined;
  #last: ProduceDeadline | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, onEmpty: () => void) {
    this.#clock = clock;
    this.#onEmpty = onEmpty;
  }

  add(deadline: ProduceDeadline, timeoutMs: number): void {
    deadline.before = this.#last;
    if (this.#last === undefined) this.#first = deadline;
    else this.#last.after = deadline;
    this.#last = deadline;
    this.#timer ??= this.#clock.setTimer(timeoutMs, () => this.#onTime());
  }

  remove(deadline: ProduceDeadline): void {
    const { before, after } = deadline;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    if (this.#first !== undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#onEmpty();
  }

  #onTime(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    while (this.#first !== undefined && this.#first.dueMs <= nowMs) {
      const due = this.#first;
      this.remove(due);
      due.expire();
    }
    if (this.#first !== undefined) this.#timer ??= this.#clock.setTimer(this.#first.dueMs - nowMs, () => this.#onTime());
  }
}

/** The deadlines of all requests under way. Clients have few different time-outs, and a timer for each request costs as much as its answer. */
export class ProduceDeadlines {
  readonly #clock: Clock;
  readonly #lines = new Map<number, Line>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on; `timeoutMs` Infinity: never. */
  begin(timeoutMs: number, nowMs = this.#clock.monotonicMs()): ProduceDeadline {
    const boundedMs = Math.max(0, timeoutMs);
    if (boundedMs === Infinity) return new ProduceDeadline({ timeoutMs, dueMs: Infinity, line: undefined });
    let line = this.#lines.get(boundedMs);
    if (line === undefined) this.#lines.set(boundedMs, (line = new Line(this.#clock, () => this.#lines.delete(boundedMs))));
    const deadline = new ProduceDeadline({ timeoutMs, dueMs: nowMs + boundedMs, line });
    line.add(deadline, boundedMs);
    return deadline;
  }
}
