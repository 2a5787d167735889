import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "@millrace/testkit";
import { inCheckout } from "../system/sources.ts";
import { autoscale } from "./autoscale.ts";
import { dryRun, refuse } from "./check-chart.ts";
import { manifests } from "./check-manifests.ts";
import { schemas } from "./check-schemas.ts";
import { flights } from "./flights.ts";
import { foreignClients } from "./foreign-clients.ts";
import { guards } from "./guards.ts";
import { allReady, helmTest, install } from "./install.ts";
import { Kubernetes, run } from "./kubernetes.ts";
import { type KubernetesOptions, parseKubernetesOptions } from "./options.ts";
import { networkCut } from "./network-cut.ts";
import { drain, kill, reinstall, upgrade } from "./ordeals.ts";
import { redisAway } from "./redis-away.ts";
import { rollback } from "./rollback.ts";
import { RELEASE_PODS, type Step } from "./steps.ts";
import { tls } from "./tls.ts";

const STEPS: readonly Step[] = [
  dryRun,
  refuse,
  schemas,
  manifests,
  install,
  helmTest,
  guards,
  foreignClients,
  flights,
  autoscale,
  upgrade,
  rollback,
  drain,
  kill,
  redisAway,
  networkCut,
  reinstall,
  tls,
];
const IMAGES = ["broker", "coordinator", "executor", "metrics-adapter", "cli", "redis"];

const USAGE = `The chart on a real cluster of three nodes: installed, used from outside, upgraded, drained, killed.

  npm run images -- --tag k8s-test
  npm run k8s:test -- --load "kind load image-archive"     with the cluster that KUBECONFIG names
  npm run k8s:test -- install helm-test --keep             some steps, and leave the release
  npm run k8s:test -- upgrade --reuse                      another one on what is there

  --list          steps
  --load PROGRAM  run for dist/images/NAME.tar of every image; absent: the nodes have images of the tag k8s-test
  --network PROGRAM  run with "cut NODE" and "heal NODE" by the step cut, which is left out without it
  --records N     flights (200000)
  --seed N        for random choices; printed
  --namespace N   made with the pod security profile "restricted", and removed (millrace-test)
  --keep, --reuse

Needs kubectl and helm on the PATH, and python3 for the step clients. Exit code: 0 if every step passed.
`;

process.exit(await main()); // a step that failed may have left a writer that goes on trying

async function main(): Promise<number> {
  let options: KubernetesOptions;
  let steps: readonly Step[];
  try {
    options = parseKubernetesOptions(process.argv.slice(2));
    steps = stepsOf(options);
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help || options.list) {
    process.stdout.write(options.help ? USAGE : STEPS.map(({ name, what }) => `${name.padEnd(12)}${what}\n`).join(""));
    return 0;
  }
  const kubernetes = new Kubernetes(options.namespace);
  const needsCluster = steps.some(({ needs }) => needs !== "nothing");
  const folder = mkdtempSync(join(tmpdir(), "millrace-k8s-"));
  try {
    if (needsCluster) await prepare(kubernetes, options);
    return await runSteps(steps, { kubernetes, options, folder });
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (needsCluster && !options.keep && !options.reuse) await kubernetes.deleteNamespace();
  }
}

function stepsOf({ only, network, reuse }: KubernetesOptions): readonly Step[] {
  const unknown = only.find((name) => !STEPS.some((step) => step.name === name));
  if (unknown !== undefined) throw new Error(`no such step: ${unknown}; there are ${STEPS.map(({ name }) => name).join(", ")}`);
  if (only.length > 0) {
    const steps = STEPS.filter(({ name }) => only.includes(name));
    const without = steps.find(({ needs }) => needs === "release");
    if (without !== undefined && !steps.includes(install) && !reuse)
      throw new Error(`the step ${without.name} needs a release: add the step install, or --reuse to take the one that is there`);
    return steps;
  }
  return STEPS.filter((step) => step !== networkCut || network !== undefined);
}

/** Images into nodes, and a namespace. */
async function prepare(kubernetes: Kubernetes, { load, reuse }: KubernetesOptions): Promise<void> {
  const [program, ...args] = load ?? [];
  if (program !== undefined) for (const image of IMAGES) await run(program, [...args, inCheckout(`dist/images/${image}.tar`)]);
  if (!reuse) await kubernetes.createNamespace();
}

async function runSteps(
  steps: readonly Step[],
  { kubernetes, options, folder }: { kubernetes: Kubernetes; options: KubernetesOptions; folder: string },
): Promise<number> {
  let failed = 0;
  for (const step of steps) {
    const startMs = performance.now();
    const seconds = (): string => ((performance.now() - startMs) / 1_000).toFixed(1);
    const say = (text: string): void => void process.stderr.write(`  ${step.name} ${seconds()} s: ${text}\n`);
    say(`${step.what}; seed ${options.seed}`);
    try {
      if (step.needs === "release") await allReady(kubernetes, RELEASE_PODS);
      const random = new SeededRandom(options.seed);
      const figures = await step.run({ kubernetes, random, records: options.records, folder, network: options.network, say });
      const words = Object.entries(figures).map(([name, value]) => `${name}=${value}`);
      process.stdout.write(`ok   ${step.name.padEnd(12)}${seconds().padStart(7)} s  ${words.join(" ")}\n`);
    } catch (error) {
      failed += 1;
      process.stdout.write(
        `FAIL ${step.name.padEnd(12)}${seconds().padStart(7)} s\n     ${messageOf(error).replaceAll("\n", "\n     ")}\n`,
      );
      if (step.name === "install") break; // nothing else can pass
    }
  }
  process.stdout.write(`${steps.length - failed} of ${steps.length} steps passed\n`);
  return failed === 0 ? 0 : 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
