import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { apiOfKey } from "../src/index.ts";
import { apiSpecs, includes, messages } from "./arbitrary.ts";
import { decodeBody, encodeBody } from "./codec-bytes.ts";

const RUNS = 12; // For each version and direction: about 10,000 messages in all.

describe("every message of every version", () => {
  it.each(apiSpecs)("$name decodes to what was encoded", (spec) => {
    const api = apiOfKey(spec.apiKey);
    if (api === undefined) throw new Error(`no API ${spec.apiKey}`);
    for (let version = 0; version <= 20; version++) {
      if (!includes(spec.versions, version)) continue;
      for (const side of ["request", "response"] as const) {
        const direction = { api, side, version };
        const property = fc.property(messages(spec[side], version), (message) => {
          const { value, remaining } = decodeBody(direction, encodeBody(direction, message));
          expect(value).toEqual(message);
          expect(remaining).toBe(0);
        });
        fc.assert(property, { numRuns: RUNS });
      }
    }
  });
});
