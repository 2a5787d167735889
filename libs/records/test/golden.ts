import { readFileSync } from "node:fs";

/** Bytes of `test/golden/<name>.hex`: lines of hex digits; those with # say where the bytes are from. */
export function goldenBytes(name: string): Uint8Array {
  const text = readFileSync(new URL(`golden/${name}.hex`, import.meta.url), "utf8");
  const digits = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("");
  return new Uint8Array(Buffer.from(digits, "hex"));
}
