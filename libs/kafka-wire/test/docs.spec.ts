import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { allApis } from "../src/index.ts";

describe("docs/protocol/kafka.md", () => {
  it("lists the APIs and versions that have codecs", () => {
    const page = readFileSync(new URL("../../../docs/protocol/kafka.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (\d+) \| (\w+) \| (\d+)(?:-(\d+))? \| (\d+|-) \|/gm)].map(([, key, name, min, max, flexible]) => ({
      key: Number(key),
      name,
      versions: [Number(min), Number(max ?? min)],
      flexible: flexible === "-" ? Infinity : Number(flexible),
    }));
    const codecs = allApis.map((api) => ({
      key: api.key,
      name: api.name,
      versions: [api.advertisedMin, api.versionMax],
      flexible: api.flexibleMin,
    }));
    expect(rows).toEqual(codecs);
  });
});
