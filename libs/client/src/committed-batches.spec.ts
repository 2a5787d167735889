import { describe, expect, it } from "@jest/globals";
import { offset, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { BatchBuilder, buildEndTransactionMarker, readRecords, stampBatch } from "@millrace/records";
import { leaderEpoch } from "@millrace/model";
import { referenceCrc32c as crc32c } from "@millrace/testkit";
import { committedBatches } from "./committed-batches.ts";

/** Batches in short: `a1` is value a of producer 1 in a transaction, `a` without one, `+1` and `-1` are producer 1's markers. One offset each, from `first` on. */
function log(text: string, first = 0): Uint8Array {
  const batches = text.split(" ").map((word, index) => {
    const batch = /^[+-]/.test(word) ? marker(word) : data(word);
    stampBatch(batch, { baseOffset: offset(first + index), leaderEpoch: leaderEpoch(0) });
    return batch;
  });
  return Uint8Array.from(batches.flatMap((batch) => [...batch]));
}

function data(word: string): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  builder.append(timestampMs(0), null, new TextEncoder().encode(word));
  const id = Number(word.slice(1));
  return word.length === 1
    ? builder.build()
    : builder.build({ producerId: producerId(id), producerEpoch: producerEpoch(0), baseSequence: 0, transactional: true });
}

function marker(word: string): Uint8Array {
  const outcome = word.startsWith("+") ? "commit" : "abort";
  return buildEndTransactionMarker(
    {
      producerId: producerId(Number(word.slice(1))),
      producerEpoch: producerEpoch(0),
      coordinatorEpoch: 0,
      outcome,
      timestamp: timestampMs(0),
    },
    crc32c,
  );
}

function check(text: string, aborted: readonly (readonly [producer: number, firstOffset: number])[], expected: string, first = 0): void {
  const chunk = { batches: log(text, first), aborted: aborted.map(([id, firstOffset]) => ({ producerId: id, firstOffset })) };
  const values = [...committedBatches(chunk)].flatMap((batch) =>
    [...readRecords(batch)].map(({ value }) => new TextDecoder().decode(value ?? new Uint8Array())),
  );
  expect(values.join(" ")).toBe(expected);
}

describe("committedBatches", () => {
  it("leaves out markers", () => check("a1 b +1 c", [], "a1 b c"));
  it("leaves out an aborted transaction, and nothing of its neighbours", () => check("a1 b2 c1 d -1 e2 +2", [[1, 0]], "b2 d e2"));
  it("keeps what a producer commits after it aborted", () =>
    check(
      "a1 -1 b1 +1 c1 -1",
      [
        [1, 0],
        [1, 4],
      ],
      "b1",
    ));
  it("leaves out the rest of a transaction that began before the chunk", () => check("b1 -1 c1 +1", [[1, 3]], "c1", 10));
  it("gives everything when nothing is named as aborted", () => check("a1 -1", [], "a1"));
});
