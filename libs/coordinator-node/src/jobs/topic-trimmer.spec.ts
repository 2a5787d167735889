import { describe, expect, it } from "@jest/globals";
import { bindService, BrokerService, createLoopback } from "@millrace/contracts";
import { CHECKPOINTS_TOPIC, SINK_MARKS_TOPIC, type TopicDescription } from "@millrace/model";
import { SILENT_LOGGER } from "@millrace/ports";
import type { CheckpointManifest } from "@millrace/scheduling";
import { ManualClock } from "@millrace/testkit";
import type { ClusterView } from "../jobs-port.ts";
import { TopicTrimmer, type TrimHolder } from "./topic-trimmer.ts";

function holder(marksEndOffset: number, firstOffsets: number[], options: Partial<TrimHolder> = {}): TrimHolder {
  const parts = firstOffsets.map((firstOffset) => ({
    location: { type: "topic", topic: CHECKPOINTS_TOPIC, partition: 0, firstOffset, recordCount: 1 },
  }));
  return { jobId: "j", needsMarks: true, checkpoint: { marksEndOffset, parts } as unknown as CheckpointManifest, ...options };
}

/** What each look cuts, for the holders given to it. */
async function looks(...rounds: TrimHolder[][]): Promise<string[][]> {
  const transport = createLoopback();
  const cuts: string[] = [];
  const deleteRecords = ({ deletions }: { deletions: { topic: string; beforeOffset: bigint }[] }) => {
    cuts.push(...deletions.map(({ topic, beforeOffset }) => `${topic} < ${beforeOffset}`));
    return Promise.resolve({});
  };
  await transport.listen("b:1", [bindService(BrokerService, { deleteRecords } as never)]);
  const topic = { partitions: [{ partition: 0, leader: 1 }] } as unknown as TopicDescription;
  const cluster = { topic: () => topic, brokerAddress: () => "b:1" } as unknown as ClusterView;
  let current: TrimHolder[] = [];
  const trimmer = new TopicTrimmer(() => current, { cluster, transport, clock: new ManualClock(), logger: SILENT_LOGGER });
  const result: string[][] = [];
  for (const holders of rounds) {
    current = holders;
    await trimmer.trim();
    result.push(cuts.splice(0));
  }
  return result;
}

describe("TopicTrimmer", () => {
  it("cuts only what was allowed one look ago as well", async () => {
    expect(await looks([holder(5, [50])], [holder(9, [150])], [holder(9, [150])])).toEqual([
      [],
      [`${SINK_MARKS_TOPIC} < 5`, `${CHECKPOINTS_TOPIC} < 50`],
      [`${SINK_MARKS_TOPIC} < 9`, `${CHECKPOINTS_TOPIC} < 150`],
    ]);
  });

  it("keeps everything for a job that has no checkpoint yet", async () => {
    const round = [holder(5, [50]), holder(0, [], { jobId: "k", checkpoint: undefined })];
    expect(await looks(round, round)).toEqual([[], []]);
  });

  it("keeps the state of a savepoint, not its marks", async () => {
    const round = [holder(7, [50]), holder(1, [20], { needsMarks: false })];
    expect(await looks(round, round)).toEqual([[], [`${SINK_MARKS_TOPIC} < 7`, `${CHECKPOINTS_TOPIC} < 20`]]);
  });
});
