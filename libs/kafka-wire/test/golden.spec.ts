import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { allApis, type ApiCodec, WireReader } from "../src/index.ts";
import { plain } from "./plain.ts";
import { written } from "./written.ts";

interface Vector {
  readonly side: string;
  readonly version: number;
  readonly value: object;
  readonly bytes: Uint8Array;
}

/** Vectors of `golden/NN-name.hex`; lines with # say where they are from. */
function vectorsOf(file: string): readonly Vector[] {
  const lines = readFileSync(new URL(`golden/${file}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.flatMap((line, index) => {
    if (index % 2 === 1) return [];
    const [side = "", version = ""] = line.split(" ", 2);
    const value: unknown = JSON.parse(line.slice(side.length + version.length + 2));
    return [{ side, version: Number(version), value: value as object, bytes: new Uint8Array(Buffer.from(lines[index + 1] ?? "", "hex")) }];
  });
}

function check(api: ApiCodec, { side, version, value, bytes }: Vector): void {
  const reader = new WireReader(bytes);
  const decoded = side === "request" ? api.decodeRequest(reader, version) : api.decodeResponse(reader, version);
  expect(plain(decoded)).toMatchObject(value);
  expect(reader.remaining).toBe(0);
  const encoded = written(api, side, decoded, version);
  expect(Buffer.from(encoded).toString("hex")).toBe(Buffer.from(bytes).toString("hex"));
}

const files = readdirSync(new URL("golden", import.meta.url)).sort();

describe("golden bytes of another implementation", () => {
  it("cover every API and version", () => {
    const covered = files.flatMap((file) => vectorsOf(file).map(({ side, version }) => `${file.slice(0, 2)} ${side} ${version}`));
    const wanted = allApis.flatMap((api) =>
      Array.from({ length: api.versionMax - api.versionMin + 1 }, (_, index) => api.versionMin + index).flatMap((version) =>
        ["request", "response"].map((side) => `${String(api.key).padStart(2, "0")} ${side} ${version}`),
      ),
    );
    expect(new Set(covered)).toEqual(new Set(wanted));
  });

  it.each(files)("%s decodes to the values, and encodes to the bytes", (file) => {
    const api = allApis.find(({ key }) => key === Number(file.slice(0, 2)));
    if (api === undefined) throw new Error(`no API for ${file}`);
    for (const vector of vectorsOf(file)) {
      try {
        check(api, vector);
      } catch (error) {
        throw new Error(`${file} ${vector.side} v${vector.version}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  });
});
