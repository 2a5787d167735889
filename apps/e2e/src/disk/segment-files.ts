import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, readSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { check } from "../scenario.ts";

/** Files of a closed segment of a partition, as a disk may damage them under a broker that runs. */
export interface SegmentFiles {
  readonly log: string;
  readonly index: string;
}

/** A segment in the middle of a partition's folder: closed for some time, so that its files are complete. */
export function someClosedSegment(dataFolder: string, partitionFolder: string): SegmentFiles {
  const folder = join(dataFolder, partitionFolder);
  const logs = readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .sort();
  const name = logs[Math.floor(logs.length / 2) - 1];
  check(logs.length >= 4 && name !== undefined, `${folder} has ${logs.length} segments: write more before damaging one`);
  return { log: join(folder, name), index: join(folder, name.replace(/log$/, "index")) };
}

/** Turns one bit over, in the middle of a file. */
export function flipBit(path: string): void {
  const file = openSync(path, "r+");
  try {
    const position = Math.floor(readFileSync(path).length / 2);
    const byte = new Uint8Array(1);
    readSync(file, byte, 0, 1, position);
    writeSync(file, Uint8Array.of((byte[0] ?? 0) ^ 16), 0, 1, position);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Leaves half of a file. */
export function tear(path: string): void {
  truncateSync(path, Math.floor(readFileSync(path).length / 2));
}
