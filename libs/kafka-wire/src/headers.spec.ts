import { describe, expect, it } from "@jest/globals";
import { encodeRequestFrame, encodeResponseFrame } from "./frames.ts";
import { apiVersionsApi } from "./gen/18-api-versions.ts";
import { heartbeatApi } from "./gen/12-heartbeat.ts";
import { decodeRequestHeader, decodeResponseHeader } from "./headers.ts";
import { WireReader } from "./wire-reader.ts";

const hex = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString("hex");
const mark = { version: 3, correlationId: 7, clientId: "me" };
const heartbeat = { groupId: "g", generationId: 1, memberId: "m" };

describe("decodeRequestHeader", () => {
  it.each([3, 4])("reads what a request of version %i begins with, and leaves the reader at the body", (version) => {
    const bytes = Buffer.concat(encodeRequestFrame(heartbeatApi, { ...mark, version }, heartbeat));
    const reader = new WireReader(bytes, 4);
    expect(decodeRequestHeader(reader)).toEqual({ apiKey: 12, apiVersion: version, correlationId: 7, clientId: "me" });
    expect(heartbeatApi.decodeRequest(reader, version)).toEqual({ ...heartbeat, groupInstanceId: null });
    expect(reader.remaining).toBe(0);
  });

  it.each([
    ["key", "03e7 0001 00000007 0002 6d65"],
    ["version", "0012 0063 00000007 0002 6d65"],
  ])("reads the client id of a %s that is not ours", (_, digits) => {
    const header = decodeRequestHeader(new WireReader(new Uint8Array(Buffer.from(digits.replaceAll(" ", ""), "hex"))));
    expect(header).toMatchObject({ correlationId: 7, clientId: "me" });
  });

  it("passes over tagged fields it does not know", () => {
    const bytes = Buffer.from("000c000400000007ffff" + "01" + "0003" + "aabbcc", "hex");
    const reader = new WireReader(bytes);
    expect(decodeRequestHeader(reader).clientId).toBeNull();
    expect(reader.remaining).toBe(0);
  });
});

describe("encodeResponseFrame", () => {
  const answer = { errorCode: 0, apiKeys: [] };

  it("writes header v0 below the first flexible version and v1 from there on", () => {
    expect(hex(encodeResponseFrame(heartbeatApi, { ...mark, version: 3 }, { errorCode: 27 }))).toBe(
      "0000000a" + "00000007" + "00000000001b",
    );
    expect(hex(encodeResponseFrame(heartbeatApi, { ...mark, version: 4 }, { errorCode: 27 }))).toBe(
      "0000000c" + "00000007" + "00" + "00000000001b" + "00",
    );
  });

  it("writes header v0 for ApiVersions in every version (G2)", () => {
    expect(hex(encodeResponseFrame(apiVersionsApi, mark, answer))).toBe("0000000c" + "00000007" + "0000" + "01" + "00000000" + "00");
    const frame = Buffer.concat(encodeResponseFrame(apiVersionsApi, mark, answer));
    const reader = new WireReader(frame, 4);
    expect(decodeResponseHeader(reader, apiVersionsApi, 3)).toBe(7);
    expect(apiVersionsApi.decodeResponse(reader, 3)).toMatchObject(answer);
  });

  it("writes the v0 layout for a version above ours (G3)", () => {
    const refused = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] };
    expect(hex(encodeResponseFrame(apiVersionsApi, { ...mark, version: 0 }, refused))).toBe(
      "00000010" + "00000007" + "0023" + "00000001" + "001200000004",
    );
  });
});
