import { describe, expect, it } from "@jest/globals";
import type { ClassicGroup } from "./group.ts";
import { supportsProtocols } from "./protocols.ts";

const metadata = new Uint8Array(0);
const empty = { members: new Map() } as unknown as ClassicGroup;

describe("supportsProtocols", () => {
  it.each([
    ["one protocol", ["range"], true],
    ["no protocol", [], false],
    ["a protocol without a name", [""], false],
    ["one of several without a name", ["range", ""], false],
  ])("an empty group and %s", (_name, names, expected) => {
    const protocols = names.map((name) => ({ name, metadata }));
    expect(supportsProtocols(empty, "consumer", protocols)).toBe(expected);
  });
});
