import { parseArgs } from "node:util";
import { imageNamed, images } from "./images.ts";

export const ENGINES = ["docker", "podman", "buildah"] as const;
export type Engine = (typeof ENGINES)[number];

export interface Options {
  readonly names: readonly string[];
  /** `auto`: the first engine that works here, else none; `none`: archives written by this program alone. */
  readonly engine: Engine | "auto" | "none";
  /** What stands before `/broker:tag`. */
  readonly repository: string;
  /** Absent: the version of the product. */
  readonly tag: string | undefined;
  /** Where archives go. */
  readonly out: string;
  readonly help: boolean;
}

/** Reads the command line; throws with a line for people if it is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      engine: { type: "string", default: "auto" },
      repository: { type: "string", default: "docker.io/millrace" },
      tag: { type: "string" },
      out: { type: "string", default: "dist/images" },
      help: { type: "boolean", default: false },
    },
  });
  const engine = (["auto", "none", ...ENGINES] as const).find((known) => known === values.engine);
  if (engine === undefined) throw new Error(`--engine must be auto, none, ${ENGINES.join(" or ")}, not ${values.engine}`);
  if (values.tag === "latest") throw new Error("--tag latest: a cluster cannot tell two images of that name apart; give a version");
  const names = positionals.length === 0 ? images.map(({ name }) => name) : positionals.map((name) => imageNamed(name).name);
  return { names, engine, repository: values.repository, tag: values.tag, out: values.out, help: values.help };
}
