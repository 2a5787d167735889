import { describe, expect, it } from "@jest/globals";
import { bindService, BrokerService, createLoopback } from "@millrace/contracts";
import type { TopicDescription } from "@millrace/model";
import { SILENT_LOGGER } from "@millrace/ports";
import { ManualClock } from "@millrace/testkit";
import type { ClusterView } from "../jobs-port.ts";
import { HOLD_INTERVAL_MS, HOLD_TTL_MS } from "./limits.ts";
import { RecordHolder } from "./record-holder.ts";

const source = (partition: number) => ({ source: "in", index: partition, topic: "t", partition, startOffset: 0, endOffset: undefined });

const folder = { ...source(0), source: "files", topic: "t", connector: "folder" };

async function createRig() {
  const transport = createLoopback();
  const clock = new ManualClock();
  const held: string[] = [];
  const holdRecords = ({ holder, holds }: { holder: string; holds: { partition: number; fromOffset: bigint }[] }) => {
    held.push(...holds.map(({ partition, fromOffset }) => `${holder} t-${partition} from ${fromOffset}`));
    return Promise.resolve({});
  };
  await transport.listen("b:1", [bindService(BrokerService, { holdRecords } as never)]);
  const partitions = [0, 1, 2].map((partition) => ({ partition, leader: partition === 2 ? undefined : 1 }));
  const topic = { name: "t", partitions } as unknown as TopicDescription;
  const cluster = { topic: () => topic, brokerAddress: () => "b:1" } as unknown as ClusterView;
  const job = { jobId: "j", sources: [source(0), folder, source(1), source(2)], positions: [5, 3, 7, 9] };
  const holder = new RecordHolder(() => [job], { cluster, transport, clock, logger: SILENT_LOGGER });
  return { holder, clock, held };
}

describe("RecordHolder", () => {
  it("holds what a recovery would read, where there is a leader", async () => {
    const { holder, held } = await createRig();
    await holder.hold();
    expect(held).toEqual(["j t-0 from 5", "j t-1 from 7"]);
  });

  it("repeats well before a hold runs out, and ends with the term", async () => {
    expect(HOLD_TTL_MS).toBeGreaterThan(3 * HOLD_INTERVAL_MS);
    const { holder, clock, held } = await createRig();
    holder.start();
    await clock.advance(2 * HOLD_INTERVAL_MS);
    expect(held).toHaveLength(4);
    holder.stop();
    await clock.advance(5 * HOLD_INTERVAL_MS);
    expect(held).toHaveLength(4);
  });
});
