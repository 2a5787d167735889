import { describe, expect, it } from "@jest/globals";
import { describeStorageContract } from "./contract.ts";
import { createSimulatedStorage, type SimulatedStorage } from "./simulated-storage.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describeStorageContract("simulated", () => ({ storage: createSimulatedStorage({ seed: 1 }) }));

describe("SimulatedStorage.powerLoss", () => {
  it("keeps synced bytes under synced names whatever the seed", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const storage = createSimulatedStorage({ seed });
      const file = storage.open("a", { create: true });
      file.append([text("synced")]);
      await file.sync();
      await storage.syncFolder("");
      file.append([text(" not synced")]);
      storage.powerLoss();
      const bytes = storage.readFile("a");
      expect([seed, new TextDecoder().decode(bytes?.subarray(0, 6))]).toEqual([seed, "synced"]);
    }
  });

  it("may drop, keep or tear what was not synced", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const storage = createSimulatedStorage({ seed });
      const file = storage.open("a", { create: true });
      await storage.syncFolder("");
      file.append([text("0123456789")]);
      storage.powerLoss();
      const kept = new TextDecoder("latin1").decode(storage.readFile("a"));
      seen.add(
        kept === ""
          ? "dropped"
          : kept === "0123456789"
            ? "kept"
            : "0123456789".startsWith(kept)
              ? "part"
              : kept.endsWith("\0")
                ? "zeros"
                : "torn",
      );
    }
    expect([...seen].sort()).toEqual(["dropped", "kept", "part", "torn", "zeros"]);
  });

  it("undoes names that were not synced, but a rename as a whole", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const storage = createSimulatedStorage({ seed });
      await storage.writeFileAtomically("a", text("a"));
      storage.rename("a", "b");
      storage.powerLoss();
      seen.add(
        storage
          .list("")
          .map((entry) => entry.name)
          .join(),
      );
    }
    expect([...seen].sort()).toEqual(["a", "b"]);
  });

  it("calls nothing durable in a folder whose own name is not", async () => {
    const storage = createSimulatedStorage({ seed: 1 });
    storage.createFolder("logs");
    const file = storage.open("logs/a", { create: true });
    file.append([new Uint8Array([1, 2])]);
    await file.sync();
    await storage.syncFolder("logs");
    expect(storage.durableFiles("logs")).toEqual([]);
    await storage.syncFolder("");
    expect(storage.durableFiles("logs")).toEqual([{ name: "a", bytes: new Uint8Array([1, 2]) }]);
    expect([storage.lastDurableFile("logs", "a"), storage.lastDurableFile("logs", ".log")]).toEqual([
      storage.durableFiles("logs")[0],
      undefined,
    ]);
  });

  it.each([
    ["removed", (storage: SimulatedStorage) => storage.remove("logs")],
    ["renamed", (storage: SimulatedStorage) => storage.rename("logs", "old")],
  ])("keeps what is in a folder that was made again after one of that name was %s", async (_, away) => {
    const storage = createSimulatedStorage({ seed: 1 });
    storage.createFolder("logs");
    storage.open("logs/old", { create: true });
    await storage.syncFolder("logs");
    away(storage);
    storage.createFolder("logs");
    storage.open("logs/new", { create: true });
    await storage.syncFolder("logs");
    await storage.syncFolder("");
    expect(storage.durableFiles("logs").map(({ name }) => name)).toEqual(["new"]);
  });

  it("kills handles of the time before, as does a crash, which keeps all bytes", () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const file = storage.open("a", { create: true });
    file.append([text("x")]);
    storage.crash();
    expect(() => file.append([text("y")])).toThrow("died");
    expect(storage.readFile("a")).toEqual(text("x"));
  });
});

describe("SimulatedStorage.limitBytes", () => {
  it("refuses an append as a whole when the disk is full", () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const file = storage.open("a", { create: true });
    storage.limitBytes(4);
    file.append([text("123")]);
    expect(() => file.append([text("45"), text("6")])).toThrow("no space left");
    expect(file.sizeBytes).toBe(3);
  });
});
