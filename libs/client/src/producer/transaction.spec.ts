import { beforeEach, describe, expect, it } from "@jest/globals";
import { producerEpoch, producerId } from "@millrace/model";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { settle } from "@millrace/testkit";
import type { TransactionCoordinatorCalls } from "./identity.ts";
import { Transaction, type TransactionPartition } from "./transaction.ts";

const IDENTITY = { producerId: producerId(7), producerEpoch: producerEpoch(0) };
const [OUT, MARKS] = [
  { topic: "out", partition: 1 },
  { topic: "marks", partition: 0 },
];

let asked: { readonly partitions: readonly TransactionPartition[]; readonly answer: Deferred<bigint> }[];
let ended: bigint[];
let transaction: Transaction;

beforeEach(() => {
  asked = [];
  ended = [];
  const calls: Pick<TransactionCoordinatorCalls, "transactionalId" | "addPartitions" | "end"> = {
    transactionalId: "x",
    addPartitions: (_, partitions) => {
      const answer = createDeferred<bigint>();
      asked.push({ partitions, answer });
      return answer.promise;
    },
    end: (_, { transactionNumber }) => Promise.resolve(void ended.push(transactionNumber)),
  };
  transaction = new Transaction(calls as TransactionCoordinatorCalls, 1_000);
});

describe("Transaction", () => {
  it("tells the coordinator of announced partitions together with the first one", async () => {
    transaction.begin([MARKS]);
    void transaction.add(IDENTITY, [OUT]);
    expect(asked.map(({ partitions }) => partitions)).toEqual([[OUT, MARKS]]);
    const adding = transaction.adding("marks", 0);
    expect([adding === undefined, transaction.has("marks", 0)]).toEqual([false, false]);
    asked[0]?.answer.resolve(1n);
    await adding;
    expect([transaction.adding("marks", 0), transaction.has("marks", 0), transaction.has("out", 1)]).toEqual([undefined, true, true]);
  });

  it("fails when the coordinator refuses, and whoever waited for a partition goes on to find that out", async () => {
    transaction.begin([MARKS]);
    void transaction.add(IDENTITY, [OUT]);
    const adding = transaction.adding("marks", 0);
    asked[0]?.answer.reject(new Error("no"));
    await adding;
    expect([transaction.failure?.kind, transaction.has("marks", 0)]).toEqual(["internal", false]);
  });

  it("does not end while a partition is being added, which would count for the next transaction", async () => {
    transaction.begin();
    void transaction.add(IDENTITY, [OUT]);
    const end = transaction.end(IDENTITY, { commit: false });
    await settle();
    expect(ended).toEqual([]);
    asked[0]?.answer.resolve(3n);
    await end;
    expect(ended).toEqual([3n]);
    transaction.begin();
    expect(transaction.has("out", 1)).toBe(false);
  });
});
