import { describe, expect, it } from "@jest/globals";
import { type BadCase, checkResult } from "./bad-case.ts";

const wanted: BadCase = {
  name: "case",
  code: "port-in-use",
  mentions: ["choose another port", /address=/],
  run: () => Promise.reject(new Error("unused")),
};
const line = "error: port is in use: choose another port address=a:1 [port-in-use]";

function check(stderr: string, exit: number | string = 4): void {
  checkResult(wanted, { exit, stdout: "", stderr });
}

describe("checkResult", () => {
  it("takes one line with the code and the words, beside log lines", () => {
    check(`{"level":"info"}\n${line}\n`);
  });

  it.each([
    ["no exit code", `${line}\n`, 0],
    ["the end of a hang", `${line}\n`, "SIGKILL"],
    ["another code", line.replace("port-in-use", "internal"), 4],
    ["a line without the fix", line.replace("choose another port", "bad luck"), 4],
    ["a stack trace", `${line}\n    at main (main.ts:1:1)\n`, 4],
    ["silence", "", 4],
  ])("refuses %s", (_, stderr, exit) => {
    expect(() => {
      check(stderr, exit);
    }).toThrow("case:");
  });
});
