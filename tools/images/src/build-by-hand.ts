import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "./archive.ts";
import { entrypointOf, IMAGE_ENV, IMAGE_USER, imageNamed, UNPACKED_BYTES_MAX } from "./images.ts";
import { labelsOf } from "./labels.ts";
import { BASE, BILL_PATH, writeRootfs } from "./rootfs.ts";

export interface BuildOrder {
  readonly root: string;
  readonly names: readonly string[];
  readonly repository: string;
  readonly version: string;
  readonly revision: string;
  readonly tag: string;
  readonly out: string;
  readonly say: (line: string) => void;
}

/** Builds images without any engine: the root file systems that the Dockerfiles would make, packed as archives that engines and clusters load. */
export async function buildByHand(order: BuildOrder): Promise<void> {
  if (process.platform !== "linux")
    throw new Error("without docker, podman or buildah images can only be built on Linux: install one of them");
  const layers = join(order.out, "rootfs");
  await writeRootfs(order.root, BASE, join(layers, BASE));
  for (const name of order.names) {
    const image = imageNamed(name);
    const folder = join(layers, name);
    await writeRootfs(order.root, name, folder);
    const bytes = bytesIn(join(layers, BASE)) + bytesIn(folder);
    if (bytes > UNPACKED_BYTES_MAX)
      throw new Error(`image ${name} is too large: ${megabytes(bytes)}, at most ${megabytes(UNPACKED_BYTES_MAX)}`);
    const archive = join(order.out, `${name}.tar`);
    const bill = readFileSync(join(folder, BILL_PATH));
    const reference = `${order.repository}/${name}:${order.tag}`;
    await writeArchive(
      {
        reference,
        layers: [join(layers, BASE), folder],
        entrypoint: entrypointOf(image),
        user: IMAGE_USER,
        env: IMAGE_ENV,
        labels: labelsOf(image, { ...order, bill }),
        architecture: process.arch === "arm64" ? "arm64" : "amd64",
      },
      archive,
    );
    order.say(`${reference}  ${megabytes(bytes)} unpacked  ${archive}`);
  }
}

function bytesIn(folder: string): number {
  return Number(execFileSync("du", ["--summarize", "--bytes", folder], { encoding: "utf8" }).split("\t")[0]);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
