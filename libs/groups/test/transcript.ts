import { expect } from "@jest/globals";
import { AppError, leaderEpoch, offset, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { ByteWriter } from "../src/bytes.ts";
import { type CoordinatorState, createCoordinatorState } from "../src/coordinator-state.ts";
import { groupErrors } from "../src/errors.ts";
import type { GroupEvent, GroupRequest, Protocol } from "../src/event.ts";
import { handle } from "../src/handle.ts";
import { decodeGroupRecord } from "../src/record-codec.ts";
import { GROUP_SETTINGS_DEFAULT, type GroupSettings } from "../src/settings.ts";
import type { GroupEffect } from "../src/step.ts";
import { applyMarker, applyRecord, createGroupStore, type GroupStore } from "../src/store.ts";
import { type GroupTimer, timerKey } from "../src/timer.ts";
import { describeRecord, describeResponse } from "./describe.ts";

type Append = Extract<GroupEffect, { kind: "append" }>;
type LogEntry = { readonly append: Append } | { readonly producerId: number; readonly committed: boolean };

/** What a named client remembers between its calls. */
interface Client {
  memberId: string;
  generation: number;
}

/**
 * A coordinator with a log and a clock that are driven by text. Each line is a command, "=>" and all that came of it, separated by ";". Kafka's error codes stand for
 * refusals. The group is "g" unless `group=`; a client sends the member id and generation that it was told last, unless `id=` or `gen=` say otherwise.
 *
 *   join a [v3|v4|v9] [static=i] [protocols=range,sticky] [topics=t,u] [own=x] [type=consumer] [session=ms] [rebalance=ms]
 *   sync a [assign=a-1:x,b-2:y]     beat a     leave a b | leave static=i
 *   commit a t-0=5      commit - t-0=5      txn a 7 t-0=5      end 7 commit      fetch [stable] [t-0 …]
 *   deloffsets t-0      delgroup      describe      list [state]
 *   clock ms            hold (appends stay out) / release / fail         failover
 */
export class Transcript {
  state: CoordinatorState;
  readonly log: LogEntry[] = [];
  readonly timers = new Map<string, { readonly timer: GroupTimer; readonly atMs: number }>();
  /** Requests without an answer yet, by correlation. */
  readonly open = new Map<number, string>();
  nowMs = 1_000_000;
  readonly #clients = new Map<string, Client>();
  readonly #held: Append[] = [];
  #isHolding = false;
  #output: string[] = [];
  #nextCorrelation = 1;
  #nextFreshId = 1;

  constructor(settings: Partial<GroupSettings> = {}) {
    this.state = createCoordinatorState({ ...GROUP_SETTINGS_DEFAULT, ...settings });
    this.send({ kind: "opened", now: timestampMs(this.nowMs) });
  }

  /** Runs one command and returns what came of it. */
  run(command: string): string {
    this.#output = [];
    const [verb = "", ...words] = command.split(" ").filter((word) => word !== "");
    const options = new Map(
      words.filter((word) => /^[a-z]+=/.test(word)).map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
    );
    const rest = words.filter((word) => !/^[a-z]+=/.test(word));
    if (verb === "clock") this.advance(Number(rest[0]));
    else if (verb === "hold") this.#isHolding = true;
    else if (verb === "release") this.#finish((append) => this.#committed(append));
    else if (verb === "fail")
      this.#finish((append) =>
        this.send({ kind: "appendFailed", appendId: append.appendId, error: groupErrors.coordinatorNotAvailable(), now: this.now }),
      );
    else if (verb === "failover") this.#failover();
    else if (verb === "close") this.send({ kind: "closed", now: this.now });
    else if (verb === "gone") this.send({ kind: "topicsDeleted", topics: rest, now: this.now });
    else if (verb === "topics")
      this.send({ kind: "topicsChanged", topics: new Map([...options].map(([topic, count]) => [topic, Number(count)])), now: this.now });
    else if (verb === "end") this.#endTransaction(Number(rest[0]), rest[1] === "commit");
    else this.#request(verb, rest, options);
    return this.#output.join("; ");
  }

  get now(): ReturnType<typeof timestampMs> {
    return timestampMs(this.nowMs);
  }

  /** Time passes; timers fire in order. */
  advance(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.timers].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined || next[1].atMs > end) break;
      this.timers.delete(next[0]);
      this.nowMs = Math.max(this.nowMs, next[1].atMs);
      this.send({ kind: "timer", timer: next[1].timer, now: this.now });
    }
    this.nowMs = end;
  }

  send(event: GroupEvent): void {
    for (const effect of handle(this.state, event).effects) this.#perform(effect);
  }

  /** What a coordinator would know that starts from the log alone. */
  replay(): GroupStore {
    const store = createGroupStore();
    for (const entry of this.log) {
      if ("committed" in entry) {
        applyMarker(store, producerId(entry.producerId), entry.committed);
        continue;
      }
      for (const encoded of entry.append.records) {
        const record = decodeGroupRecord(encoded);
        if (record !== undefined) applyRecord(store, record, entry.append.producer?.producerId);
      }
    }
    return store;
  }

  #perform(effect: GroupEffect): void {
    switch (effect.kind) {
      case "answer": {
        const name = this.open.get(effect.correlation);
        expect(`correlation ${effect.correlation} open: ${name !== undefined}`).toBe(`correlation ${effect.correlation} open: true`); // once each
        this.open.delete(effect.correlation);
        this.#remember(name ?? "", effect);
        this.#output.push(`${name ?? ""} ${describeResponse(effect.response)}`.trimEnd());
        return;
      }
      case "append":
        this.#output.push(
          `log ${effect.records.map((record) => describeRecord(record)).join(" ")}${effect.producer === undefined ? "" : ` txn ${effect.producer.producerId}`}`,
        );
        if (this.#isHolding) this.#held.push(effect);
        else this.#committed(effect);
        return;
      case "setTimer":
        this.timers.set(timerKey(effect.timer), { timer: effect.timer, atMs: effect.atMs });
        return;
      case "cancelTimer":
        this.timers.delete(timerKey(effect.timer));
    }
  }

  #remember(name: string, { response }: Extract<GroupEffect, { kind: "answer" }>): void {
    const client = this.#client(name);
    if (response.kind === "refused" && response.memberId !== undefined) client.memberId = response.memberId;
    if (response.kind === "joined") {
      client.memberId = response.memberId;
      client.generation = response.generation;
    }
    if (response.kind === "consumerHeartbeat") {
      client.memberId = response.memberId;
      client.generation = response.memberEpoch;
    }
  }

  #committed(append: Append): void {
    this.log.push({ append });
    this.send({ kind: "appended", appendId: append.appendId, now: this.now });
  }

  #finish(finish: (append: Append) => void): void {
    this.#isHolding = false;
    for (const append of this.#held.splice(0)) finish(append);
  }

  #endTransaction(id: number, committed: boolean): void {
    this.log.push({ producerId: id, committed });
    this.send({ kind: "transactionEnded", producerId: producerId(id), committed, now: this.now });
  }

  /** Another broker takes over with what is in the log. */
  #failover(): void {
    this.send({ kind: "closed", now: this.now });
    expect([...this.open.values()]).toEqual([]);
    const { settings, topics } = this.state;
    this.state = createCoordinatorState(settings);
    Object.assign(this.state.store, this.replay());
    this.timers.clear();
    this.#held.length = 0;
    this.send({ kind: "topicsChanged", topics, now: this.now });
    this.send({ kind: "opened", now: this.now });
  }

  #client(name: string): Client {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = { memberId: "", generation: -1 };
    this.#clients.set(name, client);
    return client;
  }

  #request(verb: string, words: string[], options: ReadonlyMap<string, string>): void {
    const isAdmin = ["fetch", "deloffsets", "delgroup", "describe", "cdescribe", "list"].includes(verb);
    const name = isAdmin ? verb : (words[0] ?? "static");
    const correlation = this.#nextCorrelation++;
    this.open.set(correlation, name);
    const freshId = String(this.#nextFreshId);
    const request = requestOf({
      verb,
      words: isAdmin ? words : words.slice(1),
      options,
      client: this.#client(name),
      name,
      freshId,
      memberIdOf: (each) => this.#client(each).memberId,
    });
    if (request.kind === "join" && request.memberId === "") this.#nextFreshId++;
    if (request.kind === "consumerHeartbeat" && request.memberId === "") this.#nextFreshId++;
    this.send({ ...request, correlation, now: this.now });
  }
}

interface Call {
  readonly verb: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly client: Client;
  readonly freshId: string;
  readonly memberIdOf: (name: string) => string;
}

type Plain<T> = T extends GroupRequest ? Omit<T, "correlation" | "now"> : never;

function requestOf(call: Call): Plain<GroupRequest> {
  const { verb, words, options, client, memberIdOf, name } = call;
  const group = options.get("group") ?? "g";
  const instanceId = options.get("static");
  const isNobody = name === "-";
  const memberId = options.get("id") ?? (isNobody ? "" : client.memberId);
  const generation = Number(options.get("gen") ?? (isNobody ? -1 : client.generation));
  const identity = { group, memberId, instanceId };
  switch (verb) {
    case "join":
      return joinOf(call);
    case "chb":
      return consumerHeartbeatOf(call);
    case "sync": {
      const assignments = (options.get("assign")?.split(",") ?? []).map((pair) => ({
        memberId: pair.split(":")[0] ?? "",
        assignment: bytes(pair.split(":")[1] ?? ""),
      }));
      return {
        kind: "sync",
        ...identity,
        generation,
        protocolType: options.get("type"),
        protocolName: options.get("protocol"),
        assignments,
      };
    }
    case "beat":
      return { kind: "heartbeat", ...identity, generation };
    case "leave": {
      const names = name === "static" ? [] : [name, ...words];
      const members = names.map((each) => ({ memberId: memberIdOf(each), instanceId: undefined }));
      return {
        kind: "leave",
        group,
        members: instanceId === undefined ? members : [...members, { memberId: options.get("id") ?? "", instanceId }],
      };
    }
    case "commit":
      return { kind: "commitOffsets", ...identity, generation, offsets: words.map((word) => offsetOf(word)) };
    case "txn": {
      const producer = { producerId: producerId(Number(words[0])), producerEpoch: producerEpoch(0) };
      return {
        kind: "commitTransactionalOffsets",
        ...identity,
        generation,
        ...producer,
        offsets: words.slice(1).map((word) => offsetOf(word)),
      };
    }
    case "fetch": {
      const partitions = words.filter((word) => word !== "stable").map((word) => partitionOf(word));
      const epoch = options.get("epoch");
      const member = epoch === undefined ? undefined : { memberId: memberIdOf(options.get("as") ?? ""), epoch: Number(epoch) };
      return {
        kind: "fetchOffsets",
        group,
        partitions: partitions.length === 0 ? undefined : partitions,
        requireStable: words.includes("stable"),
        member,
      };
    }
    case "deloffsets":
      return { kind: "deleteOffsets", group, partitions: words.map((word) => partitionOf(word)) };
    case "delgroup":
      return { kind: "deleteGroups", groups: words.length === 0 ? [group] : words };
    case "describe":
      return { kind: "describeGroups", groups: [group] };
    case "cdescribe":
      return { kind: "describeConsumerGroups", groups: [group] };
    case "list":
      return { kind: "listGroups", states: words, types: options.get("types")?.split(",") ?? [] };
    default:
      throw new AppError({ kind: "invalid", code: "unknown-command", message: verb });
  }
}

function joinOf({ words, options, client, name, freshId }: Call): Plain<GroupRequest> {
  const own = options.get("own") ?? "";
  const topics = (options.get("topics") ?? "t").split(",");
  const metadata = new ByteWriter().int16(0);
  metadata.array(topics, (topic) => metadata.string(topic)).bytes(bytes(own));
  const protocols = (options.get("protocols") ?? "range")
    .split(",")
    .filter((each) => each !== "")
    .map((each): Protocol => ({ name: each, metadata: metadata.take() }));
  return {
    kind: "join",
    group: options.get("group") ?? "g",
    memberId: options.get("id") ?? (words.includes("new") ? "" : client.memberId),
    instanceId: options.get("static"),
    clientId: name,
    clientHost: "/host",
    sessionTimeoutMs: Number(options.get("session") ?? 10_000),
    rebalanceTimeoutMs: Number(options.get("rebalance") ?? 60_000),
    protocolType: options.get("type") ?? "consumer",
    protocols,
    requiresKnownMemberId: words.includes("v4") || words.includes("v9"),
    supportsSkipAssignment: words.includes("v9"),
    freshId,
  };
}

/** chb a [join|leave|away] [topics=t,u] [regex=] [own=t:0.1,u:2] [static=i] [assignor=] */
function consumerHeartbeatOf({ words, options, client, name, freshId }: Call): Plain<GroupRequest> {
  const isJoin = words.includes("join");
  const own = options.get("own") ?? (isJoin ? "" : undefined);
  const owned = own
    ?.split(",")
    .filter((part) => part !== "")
    .map((part) => [part.split(":")[0] ?? "", (part.split(":")[1] ?? "").split(".").map(Number)] as const);
  const memberEpoch = Number(
    options.get("epoch") ?? (isJoin ? 0 : words.includes("leave") ? -1 : words.includes("away") ? -2 : client.generation),
  );
  return {
    kind: "consumerHeartbeat",
    group: options.get("group") ?? "g",
    memberId: options.get("id") ?? (words.includes("new") ? "" : client.memberId),
    freshId: `${name}-${freshId}`,
    memberEpoch,
    instanceId: options.get("static"),
    rackId: undefined,
    clientId: name,
    clientHost: "/host",
    rebalanceTimeoutMs: isJoin ? Number(options.get("rebalance") ?? 60_000) : undefined,
    topics: options.get("topics")?.split(",") ?? (isJoin && !options.has("regex") ? ["t"] : undefined),
    topicRegex: options.get("regex"),
    assignor: options.get("assignor"),
    owned: owned === undefined ? undefined : new Map(owned),
  };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function partitionOf(word: string): { topic: string; partition: number } {
  const at = word.lastIndexOf("-");
  return { topic: word.slice(0, at), partition: Number(word.slice(at + 1)) };
}

/** t-0=5, or t-0=5/metadata */
function offsetOf(word: string): {
  topic: string;
  partition: number;
  offset: ReturnType<typeof offset>;
  leaderEpoch: ReturnType<typeof leaderEpoch>;
  metadata: string | null;
} {
  const [place = "", value = ""] = word.split("=");
  const [number, metadata] = value.split("/");
  return { ...partitionOf(place), offset: offset(Number(number)), leaderEpoch: leaderEpoch(3), metadata: metadata ?? null };
}

/** Runs a transcript and compares each line; at the end the log alone must tell what the coordinator has stored. */
export function check(text: string, settings: Partial<GroupSettings> = {}): Transcript {
  const transcript = new Transcript(settings);
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const actual = lines.map((line) => {
    const [command = ""] = line.split("=>").map((part) => part.trim());
    const outcome = transcript.run(command);
    return outcome === "" ? command : `${command} => ${outcome}`;
  });
  expect(actual).toEqual(
    lines.map((line) =>
      line
        .split("=>")
        .map((part) => part.trim())
        .join(" => "),
    ),
  );
  expect(transcript.replay()).toEqual(transcript.state.store);
  return transcript;
}
