import { readdirSync, readFileSync } from "node:fs";
import { allApis, type ApiCodec } from "../src/index.ts";

/** One body: what it says as JSON, and its bytes as another implementation wrote them. */
export interface Vector {
  readonly api: ApiCodec;
  readonly side: "request" | "response";
  readonly version: number;
  readonly value: object;
  readonly bytes: Uint8Array;
}

export const goldenFiles: readonly string[] = readdirSync(new URL("golden", import.meta.url)).sort();

/** Vectors of `golden/NN-name.hex`: a line of side, version and value, then a line of bytes; lines with # say where they are from. */
export function goldenVectors(file: string): readonly Vector[] {
  const api = allApis.find(({ key }) => key === Number(file.slice(0, 2)));
  if (api === undefined) throw new Error(`no API for ${file}`);
  const lines = readFileSync(new URL(`golden/${file}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.flatMap((line, index) => {
    if (index % 2 === 1) return [];
    const [side = "", version = ""] = line.split(" ", 2);
    const value = JSON.parse(line.slice(side.length + version.length + 2)) as object;
    const bytes = new Uint8Array(Buffer.from(lines[index + 1] ?? "", "hex"));
    return [{ api, side: side === "request" ? "request" : "response", version: Number(version), value, bytes }];
  });
}
