import { corruptState } from "../errors.ts";

export const FORMAT_VERSION = 2;

/** A table of a chunk: its name, keys and values in order, and at which indexes a key is gone. */
export type SavedTable = readonly [name: string | number, keys: readonly unknown[], values: readonly unknown[], gone: readonly number[]];

/** What a state part is a sequence of. */
export interface Chunk {
  readonly version: typeof FORMAT_VERSION;
  readonly started: boolean;
  /** Numbered tables that are gone; what the chunk says of one of these numbers is of a new table. */
  readonly dropped: readonly number[];
  readonly tables: readonly SavedTable[];
}

/** Refuses what another version wrote. */
export function readChunk(decoded: unknown, operatorId: string): Chunk {
  if (typeof decoded === "object" && decoded !== null && "version" in decoded && "tables" in decoded) {
    if (decoded.version === FORMAT_VERSION) return decoded as Chunk;
    throw corruptState(operatorId, `it is in format ${String(decoded.version)}, and this version reads format ${FORMAT_VERSION}`);
  }
  throw corruptState(operatorId, "it is no state of this version");
}
