import { describe, expect, it } from "@jest/globals";
import { allApis } from "../src/index.ts";
import { decodeBody, encodeBody } from "./codec-bytes.ts";
import { goldenFiles, goldenVectors, type Vector } from "./golden.ts";

/** A decoded value as JSON has it: bytes as hex digits. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function check(vector: Vector): void {
  const { value, remaining } = decodeBody(vector, vector.bytes);
  expect(plain(value)).toMatchObject(vector.value);
  expect(remaining).toBe(0);
  expect(hex(encodeBody(vector, value))).toBe(hex(vector.bytes));
}

describe("golden bytes of another implementation", () => {
  it("cover every API and version in both directions", () => {
    const covered = goldenFiles.flatMap((file) => goldenVectors(file).map(({ api, side, version }) => `${api.name} ${side} ${version}`));
    const wanted = allApis.flatMap(({ name, versionMin, versionMax }) =>
      Array.from({ length: versionMax - versionMin + 1 }, (_, index) => versionMin + index).flatMap((version) => [
        `${name} request ${version}`,
        `${name} response ${version}`,
      ]),
    );
    expect(new Set(covered)).toEqual(new Set(wanted));
  });

  it.each(goldenFiles)("%s decodes to its values and encodes to its bytes", (file) => {
    for (const vector of goldenVectors(file)) {
      try {
        check(vector);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`${file} ${vector.side} v${vector.version}: ${message}`, { cause: error });
      }
    }
  });
});
