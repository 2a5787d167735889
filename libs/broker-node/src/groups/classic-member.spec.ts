import { describe, expect, it } from "@jest/globals";
import { readClassicMember } from "./classic-member.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("readClassicMember", () => {
  it("reads what Kafka's consumers write", () => {
    const metadata = bytes("0003 00000002 0001 61 0002 6263 ffffffff 00000000");
    const assignment = bytes("0000 00000001 0001 61 00000002 00000000 00000003 ffffffff");
    expect(readClassicMember({ metadata, assignment })).toEqual({ topics: ["a", "bc"], assignment: new Map([["a", [0, 3]]]) });
  });

  it.each(["", "00", "ffff 00000001", "0000 7fffffff", "0000 00000001 00ff 61", "0000 ffffffff"])("takes %s for nothing", (hex) => {
    expect(readClassicMember({ metadata: bytes(hex), assignment: bytes(hex) })).toEqual({ topics: [], assignment: new Map() });
  });
});
