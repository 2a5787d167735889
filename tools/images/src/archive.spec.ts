import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { writeArchive } from "./archive.ts";

const work = mkdtempSync(join(tmpdir(), "millrace-archive-"));
afterAll(() => {
  rmSync(work, { recursive: true });
});

function layer(name: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "file"), `of ${name}`);
  return folder;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("writeArchive", () => {
  it("writes one layout under both formats' names, the same bytes each time", async () => {
    const layers = [layer("base"), layer("service")];
    const image = {
      reference: "docker.io/millrace/broker:1",
      layers,
      entrypoint: ["/bin/run"],
      user: "10001:10001",
      env: [],
      labels: { a: "b" },
      architecture: "amd64" as const,
    };
    const [first, second] = [join(work, "first.tar"), join(work, "second.tar")];
    await writeArchive(image, first);
    utimesSync(join(layers[0] ?? "", "file"), 1, 1); // when a file was made is not part of an image
    await writeArchive(image, second);
    expect(sha256(readFileSync(first))).toBe(sha256(readFileSync(second)));

    const opened = join(work, "opened");
    mkdirSync(opened);
    execFileSync("tar", ["--extract", "--file", first, "--directory", opened]);
    const json = (path: string): unknown => JSON.parse(readFileSync(join(opened, path), "utf8"));
    const [docker] = json("manifest.json") as [{ Config: string; RepoTags: string[]; Layers: string[] }];
    expect(docker.RepoTags).toEqual([image.reference]);
    for (const path of [docker.Config, ...docker.Layers]) expect(`blobs/sha256/${sha256(readFileSync(join(opened, path)))}`).toBe(path);
    const config = json(docker.Config) as { config: object; rootfs: { diff_ids: string[] } };
    expect(config.config).toMatchObject({ Entrypoint: ["/bin/run"], User: "10001:10001", Labels: { a: "b" }, StopSignal: "SIGTERM" });
    expect(config.rootfs.diff_ids).toEqual(docker.Layers.map((path) => path.replace("blobs/sha256/", "sha256:")));
    const index = json("index.json") as { manifests: { digest: string; annotations: object }[] };
    expect(index.manifests[0]?.annotations).toMatchObject({ "io.containerd.image.name": image.reference });
  });
});
