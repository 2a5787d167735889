import type { Storage } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

/** A fresh, empty storage per test. */
export interface StorageHarness {
  readonly storage: Storage;
  /** The same storage as another process would open it; absent: the same object. */
  reopen?(): Storage;
  dispose?(): void | Promise<void>;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What every Storage promises; run by each implementation. */
export function describeStorageContract(name: string, make: () => StorageHarness | Promise<StorageHarness>): void {
  const { afterEach, beforeEach, describe, expect, it } = jestGlobals();

  describe(`storage contract: ${name}`, () => {
    let harness: StorageHarness;
    let storage: Storage;
    beforeEach(async () => {
      harness = await make();
      storage = harness.storage;
    });
    afterEach(() => harness.dispose?.());

    const content = (path: string): string | undefined => {
      const bytes = storage.readFile(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    };
    const code = (run: () => unknown): unknown => {
      try {
        run();
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
      return undefined;
    };

    describe("files", () => {
      it("appends all chunks in order and returns where they begin", () => {
        const file = storage.open("a", { create: true });
        expect(file.append([text("one"), text(""), text("two")])).toBe(0);
        expect(file.append([text("three")])).toBe(6);
        expect(file.sizeBytes).toBe(11);
        expect(content("a")).toBe("onetwothree");
        file.close();
      });

      it("takes more chunks than one system call does", () => {
        const file = storage.open("a", { create: true });
        file.append(Array.from({ length: 3_000 }, (_, index) => Uint8Array.of(index & 0xff)));
        expect(file.sizeBytes).toBe(3_000);
        expect(storage.readFile("a")?.[2_999]).toBe(2_999 & 0xff);
        file.close();
      });

      it("reads what is there, and fewer bytes only at the end", async () => {
        const file = storage.open("a", { create: true });
        file.append([text("0123456789")]);
        const target = new Uint8Array(4);
        expect([file.read(2, target), new TextDecoder().decode(target)]).toEqual([4, "2345"]);
        expect(file.read(8, target)).toBe(2);
        expect(file.read(10, target)).toBe(0);
        expect([await file.readAsync(4, target), new TextDecoder().decode(target)]).toEqual([4, "4567"]);
        file.close();
      });

      it("overwrites in place and extends", () => {
        const file = storage.open("a", { create: true });
        file.append([text("abcdef")]);
        file.writeAt(1, text("XY"));
        file.writeAt(5, text("Z!"));
        expect(content("a")).toBe("aXYdeZ!");
        expect(file.append([text("+")])).toBe(7);
        file.close();
      });

      it("truncates, and appends from there", () => {
        const file = storage.open("a", { create: true });
        file.append([text("abcdef")]);
        file.truncate(2);
        expect(file.sizeBytes).toBe(2);
        file.append([text("z")]);
        expect(content("a")).toBe("abz");
        file.close();
      });

      it("keeps content across close and reopening", async () => {
        const file = storage.open("a", { create: true });
        file.append([text("kept")]);
        await file.sync();
        file.close();
        const again = (harness.reopen?.() ?? storage).open("a");
        expect(again.sizeBytes).toBe(4);
        expect(again.append([text("!")])).toBe(4);
        again.close();
      });

      it("refuses a missing file, and a file in a missing folder", () => {
        expect(code(() => storage.open("nothing"))).toBe("file-missing");
        expect(code(() => storage.open("no/folder", { create: true }))).toBe("file-missing");
        expect(storage.readFile("nothing")).toBeUndefined();
      });
    });

    describe("names", () => {
      it("lists a folder sorted, with sizes and kinds; a missing one is empty", () => {
        storage.createFolder("f/g");
        storage.open("f/b", { create: true }).close();
        const file = storage.open("f/a", { create: true });
        file.append([text("123")]);
        file.close();
        expect(storage.list("f").map(({ name, isFolder }) => [name, isFolder])).toEqual([
          ["a", false],
          ["b", false],
          ["g", true],
        ]);
        expect(storage.list("f")[0]?.sizeBytes).toBe(3);
        expect(storage.list("f/g")).toEqual([]);
        expect(storage.list("missing")).toEqual([]);
      });

      it("renames files and folders, replacing a file", async () => {
        await storage.writeFileAtomically("a", text("new"));
        await storage.writeFileAtomically("b", text("old"));
        storage.rename("a", "b");
        expect([content("a"), content("b")]).toEqual([undefined, "new"]);
        storage.createFolder("f");
        await storage.writeFileAtomically("f/x", text("x"));
        storage.rename("f", "g");
        expect([storage.exists("f"), content("g/x")]).toEqual([false, "x"]);
      });

      it("removes files and whole folders; a missing one is no error", async () => {
        storage.createFolder("f/g");
        await storage.writeFileAtomically("f/g/x", text("x"));
        storage.remove("f");
        storage.remove("f");
        expect([storage.exists("f"), storage.exists("f/g/x")]).toEqual([false, false]);
        await storage.syncFolder("");
      });

      it("creates a folder that exists without complaint", () => {
        storage.createFolder("f");
        storage.createFolder("f");
        expect(storage.exists("f")).toBe(true);
      });
    });

    describe("writeFileAtomically", () => {
      it("creates and replaces, and leaves nothing else behind", async () => {
        await storage.writeFileAtomically("a", text("first"));
        await storage.writeFileAtomically("a", text("2"));
        expect(content("a")).toBe("2");
        expect(storage.list("").map((entry) => entry.name)).toEqual(["a"]);
      });
    });
  });
}
