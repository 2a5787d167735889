import { describe, expect, it } from "@jest/globals";
import type { Admin, TransactionDetails } from "@millrace/client";
import { fakeWorld } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";

const copier: TransactionDetails = {
  transactionalId: "copier",
  producerId: 7,
  producerEpoch: 2,
  state: "Ongoing",
  timeoutMs: 60_000,
  startedAtMs: 960_000, // 40 s before the world's now
  updatedAtMs: 960_000,
  coordinatorBrokerId: 1,
  partitions: [{ topic: "out", partition: 1 }],
};

async function run(args: string, admin: Partial<Admin>): Promise<{ code: number; output: string; notes: string }> {
  const world = fakeWorld({ admin });
  const code = await runCli(args.split(" "), world);
  return { code, output: world.output(), notes: world.notes() };
}

describe("transaction", () => {
  it("lists what is asked for, with how long it has been open", async () => {
    const asked: unknown[] = [];
    const listTransactions: Admin["listTransactions"] = (options) => {
      asked.push(options);
      return Promise.resolve([copier, { ...copier, transactionalId: "idle", state: "CompleteCommit" }]);
    };
    const { output } = await run("transactions list --state Ongoing,Empty --open-for 30s", { listTransactions });
    expect(asked).toEqual([{ states: ["ongoing", "empty"], openForMs: 30_000 }]);
    expect(
      output
        .split("\n")
        .slice(1, 3)
        .map((line) => line.split(/  +/)),
    ).toEqual([
      ["copier", "Ongoing", "7", "2", "40 s", "1"],
      ["idle", "CompleteCommit", "7", "2", "–", "1"],
    ]);
  });

  it("describes one with its partitions", async () => {
    const { output } = await run("transaction describe copier", { describeTransaction: () => Promise.resolve(copier) });
    expect(output).toContain("transactional id copier: Ongoing, open for 40 s of 60 s, producer 7 epoch 2, coordinator broker 1");
    expect(output).toMatch(/out +1/);
  });

  it.each([
    ["Ongoing", "transaction of copier is aborted, its producer is fenced\n"],
    ["Empty", "copier has no open transaction (Empty): nothing to abort\n"],
  ])("aborts one that is open (%s)", async (state, expected) => {
    const { output } = await run("transaction abort copier", { abortTransaction: () => Promise.resolve({ ...copier, state }) });
    expect(output).toBe(expected);
  });
});
