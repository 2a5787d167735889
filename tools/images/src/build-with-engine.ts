import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BuildOrder } from "./build-by-hand.ts";
import { imageNamed } from "./images.ts";
import { labelsOf } from "./labels.ts";
import { type Engine, ENGINES } from "./options.ts";
import { BILL_PATH } from "./rootfs.ts";

const DOCKERFILES = "tools/images/docker";

/** The first engine that answers here. */
export function findEngine(): Engine | undefined {
  return ENGINES.find((engine) => {
    try {
      // `docker` without its daemon is there and builds nothing.
      execFileSync(engine, [engine === "buildah" ? "images" : "info"], { stdio: "ignore", timeout: 20_000 });
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Builds images by their Dockerfiles: first the stage that holds sources and packages and the base that all share, then each service on them. MILLRACE_BUILD_FLAGS
 * adds flags of the engine (`--isolation chroot`), NODE_IMAGE names another image to build in.
 */
export function buildWithEngine(engine: Engine, order: BuildOrder): void {
  const { repository, tag } = order;
  const nodeImage = process.env["NODE_IMAGE"];
  const common = nodeImage === undefined ? [] : ["--build-arg", `NODE_IMAGE=${nodeImage}`];
  for (const target of ["build", "base"])
    build(engine, order, { file: "base.Dockerfile", reference: `${repository}/${target}:${tag}`, flags: [...common, "--target", target] });
  for (const name of order.names) {
    const reference = `${repository}/${name}:${tag}`;
    const args = [`BUILD=${repository}/build:${tag}`, `BASE=${repository}/base:${tag}`].flatMap((arg) => ["--build-arg", arg]);
    const { ["dev.millrace.sbom.sha256"]: _unknown, ...labels } = labelsOf(imageNamed(name), { ...order, bill: new Uint8Array() });
    const labelFlags = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    build(engine, order, { file: `${name}.Dockerfile`, reference, flags: [...common, ...args, ...labelFlags] });
    const archive = join(order.out, `${name}.tar`);
    mkdirSync(order.out, { recursive: true });
    save(engine, { reference, archive, root: order.root });
    order.say(`${reference}  ${archive}  (contents: ${BILL_PATH})`);
  }
}

function build(engine: Engine, { root }: BuildOrder, what: { file: string; reference: string; flags: readonly string[] }): void {
  const extra = (process.env["MILLRACE_BUILD_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  run(engine, ["build", ...extra, "--file", join(DOCKERFILES, what.file), "--tag", what.reference, ...what.flags, "."], root);
}

/** As an archive, too: `npm run k8s:test` and `k8s/load-images` take images from there whoever built them. */
function save(engine: Engine, { reference, archive, root }: { reference: string; archive: string; root: string }): void {
  if (engine === "docker") run(engine, ["save", "--output", archive, reference], root);
  else if (engine === "podman") run(engine, ["save", "--format", "docker-archive", "--output", archive, reference], root);
  else run(engine, ["push", reference, `docker-archive:${archive}:${reference}`], root);
}

function run(program: Engine, args: readonly string[], cwd: string): void {
  try {
    execFileSync(program, [...args], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  } catch (cause) {
    const hint =
      "where it cannot reach a registry for the image to build in, set NODE_IMAGE to one that is here, or build without an engine: --engine none";
    throw new Error(`${program} ${args[0] ?? ""} failed, as said above; ${hint}`, { cause });
  }
}
