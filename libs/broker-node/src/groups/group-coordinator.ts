import {
  createGroupCoordinatorState,
  type GroupCoordinatorState,
  type GroupEffect,
  groupErrors,
  type GroupEvent,
  type GroupFigures,
  groupFigures,
  type GroupResponse,
  type GroupSettings,
  handleGroupEvent,
  timerKey,
} from "@millrace/groups";
import { type AppError, type ProducerId, timestampMs, toAppError } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import { assertNever, createDeferred, type Deferred } from "@millrace/stdx";
import type { BrokerPorts } from "../node-ports.ts";
import { coordinatorTroubleOf } from "../partitions/append-refusal.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { GroupAsk } from "./group-ask.ts";
import { GroupLog } from "./group-log.ts";

/**
 * The group coordinator of one partition of the group log, for one leader epoch: performs what the engine decides. Answers that depend on records come when
 * these are committed.
 */
export class GroupCoordinator {
  readonly #ports: BrokerPorts;
  readonly #log: GroupLog;
  readonly #state: GroupCoordinatorState;
  readonly #waiting = new Map<number, Deferred<GroupResponse>>();
  readonly #timers = new Map<string, Timer>();
  #nextCorrelation = 1;
  #isStopped = false;

  constructor(partition: LocalPartition, settings: GroupSettings, ports: BrokerPorts) {
    this.#ports = ports;
    const { compilePattern } = ports;
    this.#state = createGroupCoordinatorState(settings, compilePattern === undefined ? undefined : { compilePattern });
    this.#log = new GroupLog(partition, ports);
  }

  /** Reads the log; sessions begin anew. */
  start(topics: ReadonlyMap<string, number>): void {
    this.#log.replay(this.#state.store);
    this.handle({ kind: "topicsChanged", topics, now: this.#now() });
    this.handle({ kind: "opened", now: this.#now() });
  }

  /** Another broker takes over, or this one stops: whoever waits is sent away. */
  stop(): void {
    if (this.#isStopped) return;
    this.handle({ kind: "closed", now: this.#now() });
    this.#isStopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    const response: GroupResponse = { kind: "refused", error: groupErrors.notCoordinator() };
    for (const waiting of this.#waiting.values()) waiting.resolve(response);
    this.#waiting.clear();
  }

  /** Resolves when the engine answers: for a join that may be minutes. */
  ask(request: GroupAsk): Promise<GroupResponse> {
    const correlation = this.#nextCorrelation++;
    const waiting = createDeferred<GroupResponse>();
    this.#waiting.set(correlation, waiting);
    this.handle({ ...request, correlation, now: this.#now() });
    return waiting.promise;
  }

  /** What operators watch of the groups here. */
  figures(): readonly GroupFigures[] {
    return groupFigures(this.#state);
  }

  topicsChanged(topics: ReadonlyMap<string, number>): void {
    this.handle({ kind: "topicsChanged", topics, now: this.#now() });
  }

  topicsDeleted(topics: readonly string[]): void {
    this.handle({ kind: "topicsDeleted", topics, now: this.#now() });
  }

  transactionEnded(producerId: ProducerId, committed: boolean): void {
    this.handle({ kind: "transactionEnded", producerId, committed, now: this.#now() });
  }

  handle(event: GroupEvent): void {
    if (this.#isStopped) return;
    for (const effect of handleGroupEvent(this.#state, event).effects) this.#perform(effect);
  }

  #perform(effect: GroupEffect): void {
    switch (effect.kind) {
      case "answer":
        this.#waiting.get(effect.correlation)?.resolve(effect.response);
        this.#waiting.delete(effect.correlation);
        return;
      case "append":
        return this.#append(effect);
      case "setTimer": {
        const key = timerKey(effect.timer);
        this.#timers.get(key)?.cancel();
        const { timer } = effect;
        const delayMs = Math.max(0, effect.atMs - this.#now());
        this.#timers.set(
          key,
          this.#ports.clock.setTimer(delayMs, () => {
            this.#timers.delete(key);
            this.handle({ kind: "timer", timer, now: this.#now() });
          }),
        );
        return;
      }
      case "cancelTimer": {
        const key = timerKey(effect.timer);
        this.#timers.get(key)?.cancel();
        this.#timers.delete(key);
        return;
      }
      default:
        return assertNever(effect, "group effect");
    }
  }

  #append({ appendId, records, producer }: Extract<GroupEffect, { kind: "append" }>): void {
    const failed = (error: unknown): void => {
      this.handle({ kind: "appendFailed", appendId, error: refusalOf(error), now: this.#now() });
    };
    try {
      this.#log.append(records, producer).stored.then(() => this.handle({ kind: "appended", appendId, now: this.#now() }), failed);
    } catch (error) {
      // Never within the step that asked for it: its other effects come first.
      this.#ports.defer(() => failed(error));
    }
  }

  #now() {
    return timestampMs(this.#ports.clock.wallMs());
  }
}

/** As the group's clients understand it: they repeat what they asked, here or at the next leader. */
function refusalOf(error: unknown): AppError {
  const trouble = coordinatorTroubleOf(error);
  if (trouble === "moved") return groupErrors.notCoordinator({}, error);
  return trouble === "not-available" ? groupErrors.coordinatorNotAvailable({}, error) : toAppError(error);
}
