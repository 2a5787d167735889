import type { AppError } from "@millrace/model";
import type { Correlation } from "../event.ts";
import type { GroupResponse } from "../response.ts";
import type { GroupRecord } from "../store.ts";
import type { Turn } from "../turn.ts";
import type { ConsumerGroup } from "./group.ts";
import type { StoredConsumerMember } from "./records.ts";
import { touchConsumer, watchRevocation } from "./sessions.ts";

/** Changes of one turn to one group: they hold at once for the group in memory, and go into the log as one batch. */
export class ConsumerChange {
  readonly group: ConsumerGroup;
  readonly #records = new Map<string, GroupRecord>();

  constructor(group: ConsumerGroup) {
    this.group = group;
  }

  setEpoch(epoch: number): void {
    this.group.epoch = epoch;
    this.#records.set("", { kind: "consumerGroup", group: this.group.group, epoch });
  }

  setMember(member: StoredConsumerMember): void {
    const { memberId } = member;
    this.group.members.set(memberId, member);
    this.#records.set(memberId, { kind: "consumerMember", group: this.group.group, memberId, member });
  }

  removeMember(memberId: string): void {
    this.group.members.delete(memberId);
    this.#records.set(memberId, { kind: "consumerMember", group: this.group.group, memberId, member: undefined });
  }

  /** Appends what changed. Answers of this turn, and of others that see this state, wait until it is in the log. */
  finish(
    turn: Turn,
    answer?: { readonly correlation: Correlation; readonly response: GroupResponse },
    first: readonly GroupRecord[] = [],
  ): void {
    const { group } = this;
    const records = [...first, ...this.#records.values()];
    if (answer !== undefined) group.waiting.push(answer);
    if (records.length > 0) {
      group.appendsOut++;
      turn.append({ records, onCommitted: (later) => settle(later, group), onFailed: (later, error) => fail(later, group, error) });
    } else if (group.appendsOut === 0) answerAll(turn, group);
  }
}

function settle(turn: Turn, group: ConsumerGroup): void {
  group.appendsOut--;
  if (group.hasFailed) revert(turn, group);
  else if (group.appendsOut === 0) answerAll(turn, group);
}

function fail(turn: Turn, group: ConsumerGroup, error: AppError): void {
  group.appendsOut--;
  group.hasFailed = true;
  revert(turn, group);
  for (const { correlation } of group.waiting.splice(0)) turn.refuse(correlation, error);
}

/** Back to what the log says, again after each append that was made on top of the failed one. */
function revert(turn: Turn, group: ConsumerGroup): void {
  const stored = turn.state.store.consumerGroups.get(group.group);
  group.epoch = stored?.epoch ?? 0;
  group.members.clear();
  for (const [memberId, member] of stored?.members ?? []) {
    group.members.set(memberId, member);
    if (group.sessions.has(memberId)) continue;
    touchConsumer(turn, group, memberId); // it was to go, and is still here: without a session it would never go
    watchRevocation(turn, group, member);
  }
  if (group.appendsOut === 0) group.hasFailed = false;
}

function answerAll(turn: Turn, group: ConsumerGroup): void {
  for (const { correlation, response } of group.waiting.splice(0)) turn.answer(correlation, response);
}
