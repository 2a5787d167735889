import { describe, expect, it } from "@jest/globals";
import { readOptions } from "./options.ts";

describe("readOptions", () => {
  it("takes several names, with commas or repeated", () => {
    expect(readOptions(["--only", "fetch,words", "--only", "latency"]).only).toEqual(["fetch", "words", "latency"]);
  });

  it.each([[["--seconds", "0"]], [["--seconds", "x"]], [["--nonsense"]]])("refuses %j", (args) => {
    expect(() => readOptions(args)).toThrow();
  });
});
