import type { CheckpointPlace, CheckpointPlaces } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

export interface CheckpointPlaceHarness {
  readonly places: CheckpointPlaces;
  /** URL of an empty place of its own. */
  readonly url: string;
  /** URL of one that is not there. */
  readonly missing: string;
}

/** What every place for checkpoints promises, as tests. Run it on each implementation. */
export function describeCheckpointPlaceContract(name: string, open: () => Promise<CheckpointPlaceHarness>): void {
  const { beforeEach, describe, expect, it } = jestGlobals();
  describe(`checkpoint place contract: ${name}`, () => {
    let harness: CheckpointPlaceHarness;
    let place: CheckpointPlace;
    beforeEach(async () => {
      harness = await open();
      place = await harness.places.open(harness.url);
    });

    const write = async (file: string, pieces: readonly Uint8Array[]): Promise<void> => {
      const writer = await place.create(file);
      for (const piece of pieces) await writer.write(piece);
      await writer.commit();
    };
    const read = async (file: string, from = place): Promise<number[]> => {
      const bytes: number[] = [];
      for await (const piece of from.read(file)) for (const byte of piece) bytes.push(byte);
      return bytes;
    };
    const missing = { code: "checkpoint-file-missing", kind: "unavailable" };

    it("gives back what was written, to whoever opens the same place", async () => {
      await write("job/1.1.0.a", [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]);
      await write("job/1.1.0.b", []);
      expect(await read("job/1.1.0.a")).toEqual([1, 2, 3]);
      expect(await read("job/1.1.0.b", await harness.places.open(harness.url))).toEqual([]);
      expect(await place.list("job")).toEqual(["1.1.0.a", "1.1.0.b"]);
    });

    it("keeps nothing that it was handed", async () => {
      const writer = await place.create("job/1.1.0.a");
      const piece = Uint8Array.of(7);
      await writer.write(piece);
      piece[0] = 9;
      await writer.commit();
      expect(await read("job/1.1.0.a")).toEqual([7]);
    });

    it("takes and gives more than one buffer holds", async () => {
      const piece = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251);
      await write("job/1.1.0.a", [piece, piece, piece, piece, piece]);
      const bytes = await read("job/1.1.0.a");
      expect(bytes).toHaveLength(1_500_000);
      expect(bytes.slice(1_200_000)).toEqual([...piece]);
    });

    it("shows nothing of a file before it is committed, and never of one that is abandoned", async () => {
      const writer = await place.create("job/1.1.0.a");
      await writer.write(Uint8Array.of(1));
      await expect(read("job/1.1.0.a")).rejects.toMatchObject(missing);
      await writer.abandon();
      await expect(read("job/1.1.0.a")).rejects.toMatchObject(missing);
      expect(await place.list("job")).toEqual([]);
    });

    it("lists what was begun and never ended, so that it can be removed", async () => {
      await (await place.create("job/1.1.0.a")).write(Uint8Array.of(1));
      for (const left of await place.list("job")) await place.remove(`job/${left}`);
      expect(await place.list("job")).toEqual([]);
    });

    it("removes a file, and takes one that is not there for removed", async () => {
      await write("job/1.1.0.a", [Uint8Array.of(1)]);
      await place.remove("job/1.1.0.a");
      await place.remove("job/1.1.0.a");
      await expect(read("job/1.1.0.a")).rejects.toMatchObject({ ...missing, context: { path: harness.url, file: "job/1.1.0.a" } });
      expect(await place.list("nobody")).toEqual([]);
    });

    it("says that it is not there, and makes nothing", async () => {
      const unusable = { code: "checkpoint-path-unusable", kind: "unavailable", context: { path: harness.missing } };
      await expect(harness.places.open(harness.missing)).rejects.toMatchObject(unusable);
      await expect(harness.places.open(harness.missing)).rejects.toMatchObject(unusable);
    });
  });
}
