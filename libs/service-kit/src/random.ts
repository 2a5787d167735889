import { randomBytes } from "node:crypto";
import type { Random } from "@millrace/ports";

/** The machine's randomness; `hex` is fit for ids that must not collide or be guessed. */
export const systemRandom: Random = {
  next: () => Math.random(),
  hex: (bytes) => randomBytes(bytes).toString("hex"),
};
