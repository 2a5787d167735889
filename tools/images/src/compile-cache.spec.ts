import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { writeCompileCache } from "./compile-cache.ts";

describe("writeCompileCache", () => {
  let app: string;
  beforeEach(() => {
    app = mkdtempSync(join(tmpdir(), "millrace-app-"));
    writeFileSync(join(app, "package.json"), `{"type":"module"}`);
  });
  afterEach(() => rmSync(app, { recursive: true, force: true }));

  const cached = (): string => join(app, "compile-cache", readdirSync(join(app, "compile-cache"))[0] ?? "");

  it("keeps what was compiled of each file and of what it imports, for the user of images to read", () => {
    mkdirSync(join(app, "node_modules/a"), { recursive: true });
    writeFileSync(join(app, "node_modules/a/index.js"), "module.exports = 1;");
    writeFileSync(join(app, "one.js"), `import a from "a"; export const one = a;`);
    writeFileSync(join(app, "two.js"), "export const two = 2;");
    writeCompileCache(app, ["one.js", "two.js"]);
    expect(cached()).toMatch(/-10001$/);
    const modes = readdirSync(cached()).map((name) => statSync(join(cached(), name)).mode & 0o777);
    expect(modes).toEqual(Array(4).fill(0o644)); // and what loads them
  });

  it("fails where a file cannot be loaded: the image would not start either", () => {
    writeFileSync(join(app, "broken.js"), `import "not-there";`);
    expect(() => writeCompileCache(app, ["broken.js"])).toThrow("not-there");
  });
});
