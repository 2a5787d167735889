import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** An image as data: layers from the lowest, and what a container of it runs. */
export interface ArchivedImage {
  /** `docker.io/millrace/broker:0.1.0`; the registry's name is part of it, since engines and clusters look it up whole. */
  readonly reference: string;
  /** Folders with the files of each layer. */
  readonly layers: readonly string[];
  readonly entrypoint: readonly string[];
  readonly user: string;
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly architecture: "amd64" | "arm64";
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes an image as one tar file that `docker load`, `podman load`, `buildah pull oci-archive:`, `ctr images import` and kind take: an OCI image
 * layout, and beside it the manifest of Docker's older format that names the same blobs. Times and owners are fixed: the same files give the same digest, and
 * layers that images share are stored once.
 */
export async function writeArchive(image: ArchivedImage, to: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "millrace-image-"));
  try {
    const blobs = join(work, "blobs/sha256");
    mkdirSync(blobs, { recursive: true });
    const layers: Blob[] = [];
    for (const folder of image.layers) layers.push(await layerOf(folder, blobs));
    const config = putJson(blobs, configOf(image, layers));
    const manifest = putJson(blobs, {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: layers.map((layer) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer })),
    });
    const annotations = { "io.containerd.image.name": image.reference, "org.opencontainers.image.ref.name": image.reference };
    const index = { schemaVersion: 2, manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest, annotations }] };
    writeFileSync(join(work, "index.json"), JSON.stringify(index));
    writeFileSync(join(work, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    const pathOf = ({ digest }: Blob): string => `blobs/sha256/${digest.slice("sha256:".length)}`;
    const docker = [{ Config: pathOf(config), RepoTags: [image.reference], Layers: layers.map(pathOf) }];
    writeFileSync(join(work, "manifest.json"), JSON.stringify(docker));
    mkdirSync(dirname(to), { recursive: true });
    tar(work, to, ["oci-layout", "index.json", "manifest.json", "blobs"]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function configOf({ entrypoint, user, env, labels, architecture }: ArchivedImage, layers: readonly Blob[]): object {
  return {
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: { Entrypoint: entrypoint, User: user, Env: env, WorkingDir: "/data", Labels: labels, StopSignal: "SIGTERM" },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "npm run images" })),
  };
}

async function layerOf(folder: string, blobs: string): Promise<Blob> {
  const made = join(blobs, "layer.new");
  tar(folder, made, ["."]);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(made)) hash.update(chunk as Buffer);
  const hex = hash.digest("hex");
  renameSync(made, join(blobs, hex));
  return { digest: `sha256:${hex}`, size: statSync(join(blobs, hex)).size };
}

function putJson(blobs: string, value: object): Blob {
  const bytes = Buffer.from(JSON.stringify(value));
  const hex = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(join(blobs, hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}

/** GNU tar: sorted, owned by root, without times. */
function tar(folder: string, to: string, names: readonly string[]): void {
  const fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--format=gnu"];
  execFileSync("tar", [...fixed, "--directory", folder, "--create", "--file", to, ...names], { stdio: ["ignore", "inherit", "inherit"] });
}
