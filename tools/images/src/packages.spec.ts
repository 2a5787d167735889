import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { copyPackages, packageClosure } from "./packages.ts";

describe("packageClosure", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "millrace-images-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function put(path: string, manifest: object, files: readonly string[] = []): void {
    for (const [name, text] of [["package.json", JSON.stringify(manifest)], ...files.map((file) => [file, ""])] as const) {
      const file = join(root, path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  const pathsOf = (...names: string[]): readonly string[] => packageClosure(root, names).map(({ path }) => path);

  it("takes the nearest version of each, and optional ones only where they are installed", () => {
    put("node_modules/a", {
      name: "a",
      version: "1.0.0",
      dependencies: { b: "1" },
      optionalDependencies: { "a-linux": "1", "a-darwin": "1" },
    });
    put("node_modules/b", { name: "b", version: "2.0.0" });
    put("node_modules/a/node_modules/b", { name: "b", version: "1.0.0" });
    put("node_modules/a-linux", { name: "a-linux", version: "1.0.0" });
    expect(pathsOf("a")).toEqual(["node_modules/a", "node_modules/a-linux", "node_modules/a/node_modules/b"]);
    expect(pathsOf("b")).toEqual(["node_modules/b"]);
  });

  it("refuses to leave out what is needed", () => {
    put("node_modules/a", { name: "a", version: "1.0.0", dependencies: { gone: "1" } });
    expect(() => pathsOf("a")).toThrow("package gone is not installed, and node_modules/a needs it: run npm ci");
  });

  it("copies what runs, and neither types nor sources of native code", () => {
    put("node_modules/a", { name: "a", version: "1.0.0" }, [
      "index.js",
      "index.d.ts",
      "index.js.map",
      "src/a.cc",
      "a.node",
      "node_modules/b/b.js",
    ]);
    copyPackages(root, packageClosure(root, ["a"]), join(root, "out"));
    const kept = ["index.js", "index.d.ts", "index.js.map", "src/a.cc", "a.node", "node_modules/b/b.js"].filter((file) =>
      existsSync(join(root, "out/node_modules/a", file)),
    );
    expect(kept).toEqual(["index.js", "a.node"]);
  });
});
