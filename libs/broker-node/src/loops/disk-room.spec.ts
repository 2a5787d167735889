import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { type DiskSpace, SILENT_LOGGER, type Storage } from "@millrace/ports";
import { createSimulatedStorage, ManualClock } from "@millrace/testkit";
import { DiskRoom } from "./disk-room.ts";

const MIB = 1_048_576;

describe("DiskRoom", () => {
  let clock: ManualClock;
  let space: DiskSpace | undefined;
  let changes: boolean[];
  let room: DiskRoom;

  beforeEach(() => {
    clock = new ManualClock();
    space = { freeBytes: 500 * MIB, totalBytes: 10_000 * MIB };
    changes = [];
    const storage: Storage = Object.assign(createSimulatedStorage({ seed: 1 }), { space: () => space });
    const changed = (): void => void changes.push(room.isFull);
    room = new DiskRoom({ reserveBytes: 64 * MIB, changed }, { storage, clock, logger: SILENT_LOGGER });
    room.start();
  });
  afterEach(() => {
    room.stop();
  });

  async function withFree(mebibytes: number): Promise<boolean> {
    space = { freeBytes: mebibytes * MIB, totalBytes: space?.totalBytes ?? 0 };
    await clock.advance(1_000);
    return room.isFull;
  }

  it("is full below its reserve, and has room again with twice as much", async () => {
    expect([await withFree(65), await withFree(63), await withFree(127), await withFree(129), await withFree(65)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(changes).toEqual([true, false]);
  });

  it("refuses records with an error that says how much is left", async () => {
    expect(() => room.require()).not.toThrow();
    await withFree(10);
    expect(() => room.require()).toThrow(
      expect.objectContaining({ code: "disk-full", context: { freeBytes: 10 * MIB, reserveBytes: 64 * MIB } }),
    );
  });

  it("keeps no more than a twentieth of a small disk", async () => {
    space = { freeBytes: 0, totalBytes: 100 * MIB };
    expect([await withFree(6), await withFree(4), await withFree(9), await withFree(11)]).toEqual([false, true, true, false]);
  });

  it("takes a refused write for a full disk for a while, whatever the disk says", async () => {
    room.refused(new AppError({ kind: "exhausted", code: "disk-full", message: "quota" }));
    await clock.advance(9_000);
    expect(room.isFull).toBe(true);
    await clock.advance(2_000);
    expect([room.isFull, changes]).toEqual([false, [true, false]]);
  });

  it("has room where nothing bounds the disk", async () => {
    space = undefined;
    await clock.advance(1_000);
    expect([room.isFull, room.freeBytes]).toEqual([false, undefined]);
  });
});
