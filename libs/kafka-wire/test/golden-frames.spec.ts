import { describe, expect, it } from "@jest/globals";
import { apiVersionsApi, encodeRequestFrame, encodeResponseFrame, heartbeatApi } from "../src/index.ts";

const client = { correlationId: 42, clientId: "client" };
const heartbeat = { groupId: "g", generationId: 5, memberId: "m-ü" };

/** Whole frames, headers included. Origin: kafka-python 3.0.12, `with_header` and `encode(header=True, framed=True)`. */
const frames: readonly (readonly [string, () => readonly Uint8Array[], string])[] = [
  [
    "a Heartbeat v3 (header v1)",
    () => encodeRequestFrame(heartbeatApi, { ...client, version: 3 }, heartbeat),
    "0000001f000c00030000002a0006636c69656e740001670000000500046d2dc3bcffff",
  ],
  [
    "a Heartbeat v4 (header v2)",
    () => encodeRequestFrame(heartbeatApi, { ...client, version: 4 }, { ...heartbeat, groupInstanceId: "i" }),
    "0000001f000c00040000002a0006636c69656e7400026700000005056d2dc3bc026900",
  ],
  [
    "an ApiVersions v3",
    () =>
      encodeRequestFrame(
        apiVersionsApi,
        { version: 3, correlationId: 1, clientId: "client" },
        { clientSoftwareName: "kafka-python", clientSoftwareVersion: "3.0.12" },
      ),
    "0000002600120003000000010006636c69656e74000d6b61666b612d707974686f6e07332e302e313200",
  ],
  [
    "a Heartbeat v3 response (header v0)",
    () => encodeResponseFrame(heartbeatApi, { version: 3, correlationId: 42 }, { throttleTimeMs: 9, errorCode: 27 }),
    "0000000a0000002a00000009001b",
  ],
  [
    "a Heartbeat v4 response (header v1)",
    () => encodeResponseFrame(heartbeatApi, { version: 4, correlationId: 42 }, { throttleTimeMs: 9, errorCode: 27 }),
    "0000000c0000002a0000000009001b00",
  ],
  [
    "an ApiVersions v3 response (header v0 all the same)",
    () => encodeResponseFrame(apiVersionsApi, { version: 3, correlationId: 1 }, { errorCode: 0, apiKeys: [] }),
    "0000000c000000010000010000000000",
  ],
];

describe("frames of another implementation", () => {
  it.each(frames)("has %s byte for byte", (_, encode, digits) => {
    expect(Buffer.concat(encode()).toString("hex")).toBe(digits);
  });
});
