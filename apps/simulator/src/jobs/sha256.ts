import { createHash } from "node:crypto";

/** Of all chunks together, hex. */
export function sha256(chunks: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
