import { describe, expect, it } from "@jest/globals";
import { readFrontProxy } from "./front-proxy.ts";

describe("readFrontProxy", () => {
  const answering = (status: number, data?: Record<string, string>) => () => Promise.resolve({ status, body: { data } });

  it("reads authority and names", async () => {
    const data = { "requestheader-client-ca-file": "PEM", "requestheader-allowed-names": '["front-proxy-client"]' };
    expect(await readFrontProxy(answering(200, data))).toEqual({ authority: "PEM", names: ["front-proxy-client"] });
    expect(await readFrontProxy(answering(200, { "requestheader-client-ca-file": "PEM" }))).toEqual({ authority: "PEM", names: [] });
  });

  it.each([
    ["it has not the right", answering(403), /bind the role/],
    ["there is no front proxy", answering(200, {}), /requestheader-client-ca-file/],
    ["nobody answers", () => Promise.reject(new Error("refused")), /cannot be asked/],
  ])("says what to do where %s", async (_, ask, words) => {
    await expect(readFrontProxy(ask)).rejects.toMatchObject({
      code: "front-proxy-unknown",
      message: expect.stringMatching(words) as unknown,
    });
  });
});
