import type { MessageInitShape } from "@bufbuild/protobuf";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { BrokerSessionRequest, BrokerSessionResponseSchema, LogReport } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import type { BrokerState } from "@millrace/placement";
import { errors } from "../errors.ts";
import { type LogName, LogQuestions } from "./log-questions.ts";
import type { MetadataFeed } from "./metadata-feed.ts";

type Response = MessageInitShape<typeof BrokerSessionResponseSchema>;

/** Why a session is over: no heartbeat, stream broken, replaced by a newer one, stop granted, end of the term. */
export type SessionEnd = "timeout" | "broken" | "replaced" | "stopped" | "term-over";

interface SessionActions {
  caughtUp(): Promise<unknown>;
  stopping(): Promise<unknown>;
  /** Its disk has no room for records (true), or has again. */
  room(isFull: boolean): Promise<unknown>;
  startTimer(run: () => void): Timer;
  sessionTimeoutMs: number;
}

/** One broker's stream: takes its heartbeats, and gives it registration, metadata and acknowledgements, newest state only. */
export class BrokerSession {
  readonly broker: BrokerState;
  readonly #feed: MetadataFeed;
  readonly #actions: SessionActions;
  readonly #registered: Response;
  readonly #ended = createDeferred<SessionEnd>();
  #failure: unknown;
  #end: SessionEnd | undefined;
  #wake: Deferred<void> = createDeferred();
  #timer: Timer;
  #ackDue: bigint | undefined;
  #stopGrantDue = false;
  #stopGranted = false;
  #snapshotVersion: bigint | undefined;
  #isUnfencing = false;
  /** What was made known last. */
  #isFull: boolean;
  readonly #questions = new LogQuestions();

  constructor(broker: BrokerState, parts: { feed: MetadataFeed; registered: Response; actions: SessionActions }) {
    this.broker = broker;
    this.#isFull = broker.status === "full";
    this.#feed = parts.feed;
    this.#registered = parts.registered;
    this.#actions = parts.actions;
    this.#timer = this.#startTimer();
  }

  /** Resolves when the session is over, with the reason. */
  get ended(): Promise<SessionEnd> {
    return this.#ended.promise;
  }

  get feed(): MetadataFeed {
    return this.#feed;
  }

  /** Where the broker's logs end, after all metadata that there is now; none once the session is over. */
  describeLogs(logs: readonly LogName[]): Promise<readonly LogReport[]> {
    if (this.#end !== undefined) return Promise.resolve([]);
    const answer = this.#questions.ask(logs);
    this.wake();
    return answer;
  }

  /** Something may be due. */
  wake(): void {
    this.#wake.resolve();
  }

  end(reason: SessionEnd, failure?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = reason === "broken" && this.#stopGranted ? "stopped" : reason;
    this.#failure = failure;
    this.#timer.cancel();
    this.#questions.close();
    this.#ended.resolve(this.#end);
    this.wake();
  }

  /** Takes what the broker says until its stream ends. */
  async read(requests: AsyncIterator<BrokerSessionRequest>): Promise<void> {
    try {
      for (;;) {
        const next = await requests.next();
        if (next.done === true || this.#end !== undefined) break;
        const { report } = next.value;
        if (report.case === "logs") this.#questions.answered(report.value);
        if (report.case !== "heartbeat") continue;
        this.#timer.cancel();
        this.#timer = this.#startTimer();
        this.#ackDue = report.value.metadataVersion;
        this.#act(report.value);
        this.wake();
      }
      this.end("broken");
    } catch (error) {
      this.end("broken", error);
    }
  }

  /** What goes to the broker, until the session is over. */
  async *responses(): AsyncGenerator<Response, void, undefined> {
    try {
      yield this.#registered;
      while (this.#end === undefined) {
        this.#wake = createDeferred();
        const response = this.#next();
        if (response === undefined) await this.#wake.promise;
        else yield response;
      }
      if (this.#failure !== undefined) throw toAppError(this.#failure);
    } finally {
      this.end("broken");
    }
  }

  #next(): Response | undefined {
    const metadata = this.#feed.take();
    if (metadata !== undefined) {
      this.#snapshotVersion ??= BigInt(metadata.metadataVersion ?? 0);
      return { command: { case: "metadata", value: metadata } };
    }
    if (this.#ackDue !== undefined) {
      const metadataVersion = this.#ackDue;
      this.#ackDue = undefined;
      return { command: { case: "heartbeatAck", value: { metadataVersion } } };
    }
    const question = this.#questions.take();
    if (question !== undefined) return { command: { case: "describeLogs", value: question } };
    if (!this.#stopGrantDue) return undefined;
    this.#stopGrantDue = false;
    this.#stopGranted = true;
    return { command: { case: "stopGranted", value: {} } };
  }

  #act(heartbeat: { stopping: boolean; caughtUp: boolean; diskFull: boolean; metadataVersion: bigint }): void {
    if (heartbeat.stopping) {
      if (!this.#stopGranted)
        void this.#perform(
          () => this.#actions.stopping(),
          () => (this.#stopGrantDue = true),
        );
      return;
    }
    const hasApplied = this.#snapshotVersion !== undefined && heartbeat.caughtUp && heartbeat.metadataVersion >= this.#snapshotVersion;
    if (!hasApplied) return;
    if (!this.#isUnfencing) {
      this.#isUnfencing = true;
      void this.#perform(() => this.#actions.caughtUp());
    }
    // After it: only one that is not fenced has something to give away.
    const { diskFull } = heartbeat;
    if (diskFull === this.#isFull) return;
    this.#isFull = diskFull;
    void this.#perform(() => this.#actions.room(diskFull));
  }

  async #perform(action: () => Promise<unknown>, then?: () => void): Promise<void> {
    try {
      await action();
      then?.();
      this.wake();
    } catch (error) {
      this.end("broken", error);
    }
  }

  #startTimer(): Timer {
    return this.#actions.startTimer(() => {
      this.end("timeout", errors.sessionTimeout("broker", this.#actions.sessionTimeoutMs));
    });
  }
}
