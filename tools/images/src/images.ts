/** An image of the product: a layer of its own on the base that all share. */
export interface Image {
  /** Last part of the image's name: `millrace/broker`. */
  readonly name: string;
  readonly title: string;
  readonly content:
    | {
        readonly kind: "service";
        /** Output name to source file; `main` is what runs. Files beside it must be found under these names. */
        readonly entries: Readonly<Record<string, string>>;
        /** Packages that no source imports by name but that are run or resolved: programs, and what job modules import. */
        readonly packages: readonly string[];
      }
    | { readonly kind: "redis" | "prometheus" };
}

/** Numeric, so that Kubernetes can check `runAsNonRoot` without reading the image. */
export const IMAGE_USER = "10001:10001";
/** Where programs are; nothing in it is written at run time. */
export const APP_FOLDER = "app";
/** The most that an image may weigh unpacked: what a node pulls before it can start a pod. */
export const UNPACKED_BYTES_MAX = 250 * 1024 * 1024;

/** What workers load when a job needs it, unseen by the bundler. */
const workerPackages = ["avsc", "lmdb"];
const worker = { "worker-main": "apps/stream-executor/src/worker-main.ts" };

/** Every image, each with the Dockerfile beside its app. */
export const images: readonly Image[] = [
  service("broker", "Millrace broker: partitions as replicated logs, for Kafka and gRPC clients", {
    main: "apps/broker/src/main.ts",
    discover: "apps/broker/src/discover.ts",
  }),
  service("coordinator", "Millrace coordinator: topics, leaders, jobs and batch plans", { main: "apps/coordinator/src/main.ts" }),
  service(
    "executor",
    "Millrace executor: runs the tasks of jobs in worker processes",
    {
      main: "apps/stream-executor/src/main.ts",
      ...worker,
    },
    workerPackages,
  ),
  service("metrics-adapter", "Lag of Millrace jobs and consumer groups for autoscalers of Kubernetes", {
    main: "apps/metrics-adapter/src/main.ts",
  }),
  service(
    "cli",
    "The millrace command: topics, records, groups, jobs",
    { main: "apps/cli/src/main.ts", "build-child": "apps/cli/src/jobs/build-child.ts", ...worker },
    ["esbuild", "@millrace/streams", ...workerPackages],
  ),
  { name: "redis", title: "Redis for a Millrace cluster that has none of its own", content: { kind: "redis" } },
  { name: "prometheus", title: "Prometheus for a Millrace cluster that has none yet", content: { kind: "prometheus" } },
];

function service(name: string, title: string, entries: Readonly<Record<string, string>>, packages: readonly string[] = []): Image {
  return { name, title, content: { kind: "service", entries, packages } };
}

/** The image of that name; throws with all names if there is none. */
export function imageNamed(name: string): Image {
  const found = images.find((image) => image.name === name);
  if (found === undefined) throw new Error(`no such image: ${name}; there are ${images.map((image) => image.name).join(", ")}`);
  return found;
}

/** Programs of others, where they lie in their images. */
export const PROGRAMS = { redis: "/usr/bin/redis-server", prometheus: "/usr/bin/prometheus" } as const;

/** What a container has in its environment. The compile cache is in images of services (compile-cache.ts). */
export const IMAGE_ENV = [
  "PATH=/usr/local/bin:/usr/bin",
  "NODE_ENV=production",
  `NODE_COMPILE_CACHE=/${APP_FOLDER}/compile-cache`,
  "NODE_COMPILE_CACHE_PORTABLE=1",
] as const;

/** What a container of the image runs. */
export function entrypointOf({ content }: Image): readonly string[] {
  return content.kind === "service" ? ["/usr/local/bin/node", `/${APP_FOLDER}/main.js`] : [PROGRAMS[content.kind]];
}
