import { describe, expect, it } from "@jest/globals";
import { producerEpoch, producerId, timestampMs } from "@millrace/model";
import { applyRecord, createCoordinatorState, type ProducerOwner } from "./entry.ts";
import { handle, type TransactionEvent, type TransactionStep, unfinishedEffects } from "./handle.ts";
import { decodeTransactionRecord, encodeTransactionRecord } from "./record-codec.ts";

/**
 * A transcript: each line is an event, "=>" and what it must lead to. Records go through their encoding and take effect before the next line, and at the end
 * a replay of all of them must give the same state.
 *
 *   init ID [PID/EPOCH]            init, time-out 100; by who has that id and epoch
 *   add ID PID/EPOCH a0 b1         partitions a-0 and b-1
 *   commit|abort|verify ID PID/EPOCH [partitions]
 *   commit-of|abort-of ID PID/EPOCH NUMBER         of that transaction
 *   markers ID · time ID · clock MS
 */
function check(transcript: string): void {
  const state = createCoordinatorState();
  const replayed = createCoordinatorState();
  let now = 1_000;
  let nextId = 100;
  for (const line of transcript
    .split("\n")
    .map((text) => text.trim())
    .filter((text) => text !== "")) {
    const [command = "", expected = ""] = line.split("=>").map((part) => part.trim());
    if (command.startsWith("clock ")) {
      now += Number(command.slice(6));
      continue;
    }
    const step = handle(state, eventOf(command, now, nextId));
    for (const record of step.records) {
      applyRecord(state, record);
      applyRecord(replayed, decodeTransactionRecord(encodeTransactionRecord(record)));
    }
    if (step.response.kind === "initialised" && step.response.producerId === nextId) nextId++;
    expect(`${command} => ${describeStep(step)}`).toBe(`${command} => ${expected}`);
  }
  expect(replayed).toEqual(state);
}

function eventOf(command: string, nowMs: number, freshId: number): TransactionEvent {
  const [kind = "", transactionalId = "", who = "", ...rest] = command.split(" ");
  const now = timestampMs(nowMs);
  if (kind === "init")
    return { kind: "initProducerId", transactionalId, timeoutMs: 100, owner: ownerOf(who), freshProducerId: producerId(freshId), now };
  if (kind === "markers") return { kind: "markersWritten", transactionalId, now };
  if (kind === "time") return { kind: "timePassed", transactionalId, now };
  const owner = { transactionalId, ...(ownerOf(who) ?? NOBODY) };
  const partitions = rest.map((text) => ({ topic: text.slice(0, 1), partition: Number(text.slice(1)) }));
  if (kind === "add") return { kind: "addPartitions", ...owner, partitions, now };
  if (kind === "verify") return { kind: "verify", ...owner, partitions };
  const meant = kind.endsWith("-of") ? { transactionNumber: Number(rest[0]) } : {};
  return { kind: "endTransaction", ...owner, ...meant, commit: kind.startsWith("commit"), now };
}

function ownerOf(who: string): ProducerOwner | undefined {
  const [id, epoch] = who.split("/");
  return epoch === undefined ? undefined : { producerId: producerId(Number(id)), producerEpoch: producerEpoch(Number(epoch)) };
}

const NOBODY: ProducerOwner = { producerId: producerId(0), producerEpoch: producerEpoch(0) };

function describeStep({ records, response, effects }: TransactionStep): string {
  const parts = records.map(({ entry }) =>
    entry === undefined ? "forgotten" : `${entry.state} ${entry.producerId}/${entry.producerEpoch}`,
  );
  for (const { commit, producerId: id, producerEpoch: epoch, partitions } of effects) {
    parts.push(
      `${commit ? "commit" : "abort"} markers ${id}/${epoch} to ${partitions.map(({ topic, partition }) => topic + String(partition)).join(" ")}`,
    );
  }
  if (response.kind === "initialised") parts.push(`owner ${response.producerId}/${response.producerEpoch}`);
  else if (response.kind === "added") parts.push("done");
  else if (response.kind === "verified") parts.push(`transaction ${response.transactionNumber}`);
  else parts.push(response.kind === "refused" ? response.error.code : response.kind);
  return parts.join(", ");
}

describe("handle", () => {
  it("takes a transaction from its first partition to its markers", () => {
    check(`
      init t                  => Empty 100/0, owner 100/0
      add t 100/0 a0          => Ongoing 100/0, done
      add t 100/0 a0 b1       => Ongoing 100/0, done
      add t 100/0 b1          => done
      verify t 100/0 a0 b1    => transaction 1
      commit t 100/0          => PrepareCommit 100/0, commit markers 100/0 to a0 b1, afterMarkers
      markers t               => CompleteCommit 100/0, done
      add t 100/0 a0          => Ongoing 100/0, done
      verify t 100/0 a0       => transaction 2
      abort t 100/0           => PrepareAbort 100/0, abort markers 100/0 to a0, afterMarkers
      markers t               => CompleteAbort 100/0, done`);
  });

  it("answers a repeated end as the first time, and refuses the other outcome", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      add t 100/0 a0    => Ongoing 100/0, done
      commit t 100/0    => PrepareCommit 100/0, commit markers 100/0 to a0, afterMarkers
      commit t 100/0    => afterMarkers
      abort t 100/0     => invalid-transaction-state
      markers t         => CompleteCommit 100/0, done
      markers t         => done
      commit t 100/0    => done
      abort t 100/0     => invalid-transaction-state`);
  });

  it("does not end a transaction by a request of an earlier one", () => {
    check(`
      init t             => Empty 100/0, owner 100/0
      add t 100/0 a0     => Ongoing 100/0, done
      commit-of t 100/0 1 => PrepareCommit 100/0, commit markers 100/0 to a0, afterMarkers
      markers t          => CompleteCommit 100/0, done
      commit-of t 100/0 1 => done
      add t 100/0 a0     => Ongoing 100/0, done
      commit-of t 100/0 1 => invalid-transaction-state
      abort-of t 100/0 1  => invalid-transaction-state
      abort-of t 100/0 2  => PrepareAbort 100/0, abort markers 100/0 to a0, afterMarkers`);
  });

  it("aborts what a former owner left open, fences it, and only then hands the id over", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      add t 100/0 a0    => Ongoing 100/0, done
      init t            => PrepareAbort 100/1, abort markers 100/1 to a0, afterMarkers
      commit t 100/0    => producer-fenced
      add t 100/0 a1    => producer-fenced
      verify t 100/0 a0 => producer-fenced
      init t            => afterMarkers
      markers t         => CompleteAbort 100/1, done
      init t            => Empty 100/2, owner 100/2
      add t 100/0 a0    => producer-fenced
      add t 100/2 a0    => Ongoing 100/2, done
      verify t 100/2 a0 => transaction 2`);
  });

  it("finishes a decided commit before it hands the id over", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      add t 100/0 a0    => Ongoing 100/0, done
      commit t 100/0    => PrepareCommit 100/0, commit markers 100/0 to a0, afterMarkers
      init t            => afterMarkers
      markers t         => CompleteCommit 100/0, done
      init t            => Empty 100/1, owner 100/1
      commit t 100/0    => producer-fenced`);
  });

  it("aborts a transaction older than its time-out with a bumped epoch", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      add t 100/0 a0    => Ongoing 100/0, done
      clock 100
      add t 100/0 a1    => Ongoing 100/0, done
      time t            => done
      clock 1
      time t            => PrepareAbort 100/1, abort markers 100/1 to a0 a1, done
      time t            => done
      commit t 100/0    => producer-fenced`);
  });

  it("forgets an id that did nothing for a week, but never an open transaction", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      clock 604800001
      time t            => forgotten, done
      time t            => done
      add t 100/0 a0    => invalid-producer-id-mapping
      init t            => Empty 101/0, owner 101/0`);
  });

  it("refuses what is not in an open transaction", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      commit t 100/0    => invalid-transaction-state
      verify t 100/0 a0 => invalid-transaction-state
      add t 100/0 a0    => Ongoing 100/0, done
      verify t 100/0 a1 => invalid-transaction-state
      add t 99/0 a0     => invalid-producer-id-mapping
      add u 100/0 a0    => invalid-producer-id-mapping
      commit t 100/0    => PrepareCommit 100/0, commit markers 100/0 to a0, afterMarkers
      add t 100/0 a1    => concurrent-transactions
      verify t 100/0 a0 => concurrent-transactions`);
  });

  it("answers an owner that did not hear of its new epoch, and no instance that was replaced (KIP-360)", () => {
    check(`
      init t 7/3        => Empty 100/0, owner 100/0
      init t 100/0      => Empty 100/1, owner 100/1
      init t 100/0      => owner 100/1
      init t 100/0      => owner 100/1
      init t 7/3        => producer-fenced
      init t 100/1      => Empty 100/2, owner 100/2
      init t 100/0      => producer-fenced
      init t 100/1      => owner 100/2
      init t            => Empty 100/3, owner 100/3
      init t 100/1      => producer-fenced
      init t 100/2      => producer-fenced
      init t 100/3      => Empty 100/4, owner 100/4
      add t 100/4 a0    => Ongoing 100/4, done
      init t 100/3      => producer-fenced`);
  });

  it("gives an owner the epoch after that of its own abort, however often it asks", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      add t 100/0 a0    => Ongoing 100/0, done
      init t 100/0      => PrepareAbort 100/1, abort markers 100/1 to a0, afterMarkers
      init t 100/0      => afterMarkers
      init t 100/5      => producer-fenced
      markers t         => CompleteAbort 100/1, done
      init t 100/0      => Empty 100/2, owner 100/2
      init t 100/0      => owner 100/2`);
  });

  it("lets the owner of a transaction that took too long return, unless it was replaced (KIP-588)", () => {
    check(`
      init t            => Empty 100/0, owner 100/0
      add t 100/0 a0    => Ongoing 100/0, done
      clock 101
      time t            => PrepareAbort 100/1, abort markers 100/1 to a0, done
      add t 100/0 a1    => producer-fenced
      markers t         => CompleteAbort 100/1, done
      init t 100/0      => Empty 100/2, owner 100/2
      add t 100/2 a0    => Ongoing 100/2, done
      clock 101
      time t            => PrepareAbort 100/3, abort markers 100/3 to a0, done
      markers t         => CompleteAbort 100/3, done
      init t            => Empty 100/4, owner 100/4
      init t 100/2      => producer-fenced`);
  });

  it("moves to a new producer id when epochs are used up", () => {
    const state = createCoordinatorState();
    const now = timestampMs(0);
    const init = (owner?: ProducerOwner): TransactionStep => {
      const freshProducerId = producerId(7);
      const step = handle(state, { kind: "initProducerId", transactionalId: "t", timeoutMs: 1, owner, freshProducerId, now });
      for (const record of step.records) applyRecord(state, record);
      return step;
    };
    applyRecord(state, {
      transactionalId: "t",
      entry: {
        transactionalId: "t",
        producerId: producerId(3),
        producerEpoch: producerEpoch(32_765),
        timeoutMs: 1,
        state: "Empty",
        transactionNumber: 0,
        partitions: [],
        startedAtMs: now,
        updatedAtMs: now,
      },
    });
    expect(init().response).toEqual({ kind: "initialised", producerId: 3, producerEpoch: 32_766 });
    const last = ownerOf("3/32766");
    expect(init(last).response).toEqual({ kind: "initialised", producerId: 7, producerEpoch: 0 });
    expect(init(last).response).toEqual({ kind: "initialised", producerId: 7, producerEpoch: 0 });
    expect(init(ownerOf("3/32765")).response).toMatchObject({ kind: "refused" });
  });

  it("names after a replay the markers that are still to be written", () => {
    const state = createCoordinatorState();
    for (const [id, entryState] of [
      ["p", "PrepareCommit"],
      ["q", "Ongoing"],
      ["r", "PrepareAbort"],
      ["s", "CompleteCommit"],
    ] as const) {
      applyRecord(state, {
        transactionalId: id,
        entry: {
          transactionalId: id,
          producerId: producerId(1),
          producerEpoch: producerEpoch(0),
          timeoutMs: 1,
          state: entryState,
          transactionNumber: 4,
          partitions: [{ topic: "a", partition: 0 }],
          startedAtMs: timestampMs(0),
          updatedAtMs: timestampMs(0),
        },
      });
    }
    expect(
      unfinishedEffects(state).map(({ transactionalId, commit, transactionNumber }) => [transactionalId, commit, transactionNumber]),
    ).toEqual([
      ["p", true, 4],
      ["r", false, 4],
    ]);
  });
});

describe("decodeTransactionRecord", () => {
  it("reads a record from before transactions had numbers", () => {
    const value =
      '{"version":1,"producerId":1,"producerEpoch":0,"timeoutMs":1,"state":"Empty","partitions":[],"startedAtMs":0,"updatedAtMs":0}';
    const { entry } = decodeTransactionRecord({ key: Uint8Array.of(116), value: new TextEncoder().encode(value) });
    expect(entry).toMatchObject({ transactionalId: "t", transactionNumber: 0 });
  });

  it.each([
    ["no JSON", "{"],
    ["another version", '{"version":2}'],
    ["an unknown state", '{"version":1,"state":"Odd","partitions":[]}'],
    [
      "a last owner of another shape",
      '{"version":1,"state":"Empty","partitions":[],"producerId":1,"producerEpoch":0,"timeoutMs":1,"lastOwner":[1],"startedAtMs":0,"updatedAtMs":0}',
    ],
    ["a missing number", '{"version":1,"state":"Empty","partitions":[]}'],
  ])("refuses %s", (_, value) => {
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(() => decodeTransactionRecord({ key: encode("t"), value: encode(value) })).toThrow(
      "record of the transaction log cannot be read",
    );
  });
});
