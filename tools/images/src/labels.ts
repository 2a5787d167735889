import { createHash } from "node:crypto";
import type { Image } from "./images.ts";
import { BILL_PATH } from "./rootfs.ts";

/** Labels by which registries and scanners know an image: Open Containers' names, and where its list of contents lies. */
export function labelsOf(
  image: Image,
  of: { readonly version: string; readonly revision: string; readonly bill: Uint8Array },
): Readonly<Record<string, string>> {
  return {
    "org.opencontainers.image.title": `millrace/${image.name}`,
    "org.opencontainers.image.description": image.title,
    "org.opencontainers.image.version": of.version,
    "org.opencontainers.image.revision": of.revision,
    "org.opencontainers.image.licenses": image.content.kind === "redis" ? "BSD-3-Clause" : "Apache-2.0", // Prometheus has ours
    "dev.millrace.sbom.path": `/${BILL_PATH}`,
    "dev.millrace.sbom.format": "CycloneDX-1.6",
    "dev.millrace.sbom.sha256": createHash("sha256").update(of.bill).digest("hex"),
  };
}
