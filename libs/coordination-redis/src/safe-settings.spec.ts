import { describe, expect, it } from "@jest/globals";
import { unsafeSettings } from "./safe-settings.ts";

const safe = { appendonly: "yes", appendfsync: "always", "no-appendfsync-on-rewrite": "no", "maxmemory-policy": "noeviction" };
const check = (changed: Record<string, string>): string[] =>
  unsafeSettings(new Map(Object.entries({ ...safe, ...changed }))).map(({ found, fix }) => `${found}: ${fix}`);

describe("unsafeSettings", () => {
  it("accepts what S1 asks for", () => {
    expect(check({})).toEqual([]);
  });

  it("names each setting that loses acknowledged writes, with the line to change", () => {
    expect(check({ appendonly: "no" })).toEqual(["appendonly no: CONFIG SET appendonly yes"]);
    expect(check({ appendfsync: "everysec", "maxmemory-policy": "allkeys-lru" })).toEqual([
      "appendfsync everysec: CONFIG SET appendfsync always",
      "maxmemory-policy allkeys-lru: CONFIG SET maxmemory-policy noeviction",
    ]);
    expect(unsafeSettings(new Map())).toHaveLength(4);
  });
});
