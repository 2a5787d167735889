import { describe, expect, it } from "@jest/globals";
import { allowedCores, onServerCores } from "./pin.ts";

describe("allowedCores", () => {
  it.each([
    ["0-1", [0, 1]],
    ["3", [3]],
    ["0-2,5", [0, 1, 2, 5]],
  ])("reads %s", (list, cores) => {
    expect(allowedCores(`Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`)).toEqual(cores);
  });

  it("finds none where the kernel does not tell", () => {
    expect(allowedCores("Name:\tnode\n")).toEqual([]);
  });
});

describe("onServerCores", () => {
  it("leaves a command alone as long as nothing is pinned", () => {
    expect(onServerCores("java", ["-server"])).toEqual(["java", ["-server"]]);
  });
});
