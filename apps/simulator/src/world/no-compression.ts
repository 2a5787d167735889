import type { CompressionCodecs } from "@millrace/records";

/** Nothing compresses here: it would cost more than all the rest. */
export const NO_COMPRESSION: CompressionCodecs = {
  compress: () => {
    throw new Error("no compression in the simulator");
  },
  decompress: () => {
    throw new Error("no compression in the simulator");
  },
};
