import { describe, expect, it } from "@jest/globals";
import { createSimulatedStorage } from "@millrace/testkit";
import { inspectLog } from "../src/index.ts";
import { append, FOLDER, newLog, portsOn } from "./log-fixture.ts";

async function folderOf() {
  const storage = createSimulatedStorage({ seed: 1 });
  const log = await newLog(storage, { segmentBytes: 200 });
  for (let index = 0; index < 7; index++) await append(log, [`a${index}`, "b"]);
  await log.checkpoint();
  return { storage, inspect: () => inspectLog(FOLDER, portsOn(storage)) };
}

const LOGS = [0, 4, 8, 12].map((base) => `${FOLDER}/${String(base).padStart(20, "0")}`);

describe("inspectLog", () => {
  it("counts what is there and finds nothing wrong with a log that is whole", async () => {
    const { inspect } = await folderOf();
    const { identity, checkpoint, segments, findings } = inspect();
    expect(findings).toEqual([]);
    expect([identity?.topic, checkpoint?.highWatermark]).toEqual(["flights", 14]);
    expect(segments.map(({ baseOffset, endOffset, batches, records }) => [baseOffset, endOffset, batches, records])).toEqual([
      [0, 4, 2, 4],
      [4, 8, 2, 4],
      [8, 12, 2, 4],
      [12, 14, 1, 2],
    ]);
  });

  it("says where a flipped bit is, in records and in the part of a header that the checksum leaves out", async () => {
    for (const position of [70, 7, 15]) {
      const { storage, inspect } = await folderOf();
      storage.flipBit(`${LOGS[1] ?? ""}.log`, position);
      expect(inspect().findings).toMatchObject([{ file: `${LOGS[1] ?? ""}.log`, kind: "damage", position: 0, offset: 4 }]);
    }
  });

  it("tells a torn tail from damage, and both from indexes that can be built again", async () => {
    const { storage, inspect } = await folderOf();
    const active = storage.open(`${LOGS[3] ?? ""}.log`);
    active.append([new Uint8Array(30)]);
    expect(inspect().findings).toMatchObject([{ kind: "torn-tail", offset: 14 }]);
    active.truncate(20);
    expect(inspect().findings).toMatchObject([{ kind: "damage", offset: 12, position: 0 }]); // the checkpoint says that more was durable
    storage.remove(`${LOGS[0] ?? ""}.index`);
    storage.flipBit(`${LOGS[2] ?? ""}.timeindex`, 3);
    expect(inspect().findings.map(({ file, kind }) => [file, kind])).toEqual([
      [`${LOGS[0] ?? ""}.index`, "derived"],
      [`${LOGS[2] ?? ""}.timeindex`, "derived"],
      [`${LOGS[3] ?? ""}.log`, "damage"],
    ]);
  });

  it("reports small files that are missing or damaged, and an empty folder", async () => {
    const { storage, inspect } = await folderOf();
    storage.remove(`${FOLDER}/leader-epochs`);
    storage.flipBit(`${FOLDER}/checkpoint`, 5);
    expect(inspect().findings.map(({ file, kind }) => [file, kind])).toEqual([
      [`${FOLDER}/checkpoint`, "damage"],
      [`${FOLDER}/leader-epochs`, "damage"],
    ]);
    expect(inspectLog("nowhere", portsOn(storage)).findings).toHaveLength(4);
  });
});
