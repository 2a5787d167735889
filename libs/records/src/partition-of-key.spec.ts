import { describe, expect, it } from "@jest/globals";
import { murmur2, partitionOfKey } from "./partition-of-key.ts";

// The texts are the vectors of Kafka's own UtilsTest; the others and the partitions are from kafka-python's murmur2.
const vectors: [key: string | number[], hash: number, partitionOf12: number][] = [
  ["", 275646681, 9],
  ["a", -1563381124, 4],
  ["ab", 316155434, 2],
  ["abc", 479470107, 3],
  ["21", -973932308, 0],
  ["foobar", -790332482, 6],
  ["a-little-bit-long-string", -985981536, 8],
  ["a-little-bit-longer-string", -1486304829, 11],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971, 5],
  [[255, 128, 0, 1], -1398556208, 0],
];

describe("partitionOfKey", () => {
  it.each(vectors)("agrees with Kafka's clients on %j", (key, hash, partition) => {
    const bytes = typeof key === "string" ? new TextEncoder().encode(key) : Uint8Array.from(key);
    expect(murmur2(bytes)).toBe(hash);
    expect(partitionOfKey(bytes, 12)).toBe(partition);
    expect(partitionOfKey(bytes, 1)).toBe(0);
  });

  it("does not look behind the end of a key that is a view on a longer buffer", () => {
    const bytes = new TextEncoder().encode("xfoobarxxx");
    expect(murmur2(bytes.subarray(1, 7))).toBe(-790332482);
  });
});
