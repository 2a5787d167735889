import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { entrypointOf, IMAGE_ENV, IMAGE_USER, images } from "./images.ts";
import { readOptions } from "./options.ts";

const root = join(import.meta.dirname, "../../..");
const docker = join(root, "tools/images/docker");

describe("images", () => {
  it("are the same by Dockerfile and by hand: one file each, same entry point and user", () => {
    const wanted = [...images.map(({ name }) => `${name}.Dockerfile`), "base.Dockerfile"].sort();
    expect(readdirSync(docker).sort()).toEqual(wanted);
    for (const image of images) {
      const text = readFileSync(join(docker, `${image.name}.Dockerfile`), "utf8");
      expect(text).toContain(`ENTRYPOINT ${JSON.stringify(entrypointOf(image)).replaceAll(",", ", ")}`);
      expect(text).toContain(`USER ${IMAGE_USER}`);
      expect(text).toContain(`write-rootfs.ts ${image.name} /rootfs`);
    }
  });

  it("have the same environment by Dockerfile and by hand", () => {
    expect(readFileSync(join(docker, "base.Dockerfile"), "utf8")).toContain(`ENV ${IMAGE_ENV.join(" ")}\n`);
  });

  it("are made of sources that exist", () => {
    const sources = images.flatMap(({ content }) => (content.kind === "service" ? Object.values(content.entries) : []));
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe("readOptions", () => {
  it.each([
    [["nobody"], /no such image: nobody; there are broker, /],
    [["--engine", "rkt"], /--engine must be auto, none, docker or podman or buildah, not rkt/],
    [["--tag", "latest"], /give a version/],
  ])("refuses %j", (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
