import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { ScenarioContext } from "../scenario.ts";

/** The job's module, or one that is the same job in the mode that was asked for. */
export function withLatency(path: string, { flags, folder }: ScenarioContext): string {
  if (flags.latency === undefined) return path;
  const wrapped = join(folder, `${flags.latency}-${basename(path)}`);
  const setting = flags.latency === "continuous" ? `, latency: "continuous"` : "";
  writeFileSync(
    wrapped,
    `import job from ${JSON.stringify(path)};

export default {
  ...job,
  build: () => {
    const { graph, functions } = job.build();
    const { latency: _, ...settings } = graph.settings;
    return { graph: { ...graph, settings: { ...settings${setting} } }, functions };
  },
};
`,
  );
  return wrapped;
}
