import { describe, expect, it } from "@jest/globals";
import { SILENT_LOGGER } from "@millrace/ports";
import { ManualClock, SimulatedStorage } from "@millrace/testkit";
import { createDeferred } from "@millrace/stdx";
import { MetadataFile } from "./metadata-file.ts";

describe("MetadataFile", () => {
  const make = () => {
    const clock = new ManualClock();
    const storage = new SimulatedStorage({ seed: 1 });
    return { clock, storage, file: () => new MetadataFile({ storage, clock, logger: SILENT_LOGGER }) };
  };

  it("knows after a loss of power which version was acted upon, though the image was not saved yet", async () => {
    const { storage, file } = make();
    const before = file();
    expect(before.readVersion()).toBe(0);
    await before.writeVersion(41);
    before.saveSoon(() => ({ metadataVersion: 41n }));
    storage.powerLoss();
    expect(file().read()).toBeUndefined();
    expect(file().readVersion()).toBe(41);
  });

  it("goes on where the disk takes nothing, and tries again with the next version", async () => {
    const { storage, file } = make();
    const one = file();
    storage.limitBytes(1);
    await one.writeVersion(41);
    storage.limitBytes(Infinity);
    await one.writeVersion(42);
    expect(file().readVersion()).toBe(42);
  });

  it("does not wait for a disk that hangs, and writes the newest version when it answers again", async () => {
    const { clock, storage, file } = make();
    const disk = createDeferred<void>();
    const hanging = new Proxy(storage, {
      get: (target, name, receiver) =>
        name === "writeFileAtomically"
          ? (path: string, bytes: Uint8Array) => disk.promise.then(() => target.writeFileAtomically(path, bytes))
          : (Reflect.get(target, name, receiver) as unknown),
    });
    const one = new MetadataFile({ storage: hanging, clock, logger: SILENT_LOGGER });
    const first = one.writeVersion(41);
    await clock.advance(1_000);
    await first;
    await one.writeVersion(42);
    expect(file().readVersion()).toBe(0);
    disk.resolve();
    await one.stop();
    expect(file().readVersion()).toBe(42);
  });

  it("falls back to the image's version where the file is damaged", async () => {
    const { clock, storage, file } = make();
    const one = file();
    one.saveSoon(() => ({ metadataVersion: 7n }));
    await clock.advance(2_000);
    await one.stop();
    await storage.writeFileAtomically("metadata-version.json", new TextEncoder().encode("{"));
    expect(file().readVersion()).toBe(7);
  });
});
