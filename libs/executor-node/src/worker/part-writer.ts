import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StatePartSchema } from "@millrace/contracts";

/** Where the bytes of a part went. */
export type PartLocation = MessageInitShape<typeof StatePartSchema>["location"] & object;

/** Takes the bytes of one part that is too big to go inline. */
export interface PartWriter {
  /** Not kept after it resolves. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Resolves when all of it is durable. */
  close(): Promise<PartLocation>;
  /** Instead of close, when the checkpoint fails. */
  abandon(): Promise<void>;
}
