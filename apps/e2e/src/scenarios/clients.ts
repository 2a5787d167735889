import { runCommand } from "../compat/run-command.ts";
import { check, type Scenario } from "../scenario.ts";
import { createDevProcess } from "../system/dev-process.ts";
import { inCheckout } from "../system/sources.ts";

/** Maven, pip and Go fetch what they need on the first run. */
const WITHIN_MS = 900_000;

/** The example clients in other languages, with code generated from `proto/`. */
export const clients: Scenario = {
  name: "clients",
  what: "the Python, Go and Java examples produce, share a group and stream, and submit jobs of expressions (needs their tools and registries; what is missing is skipped and said)",
  run: async ({ folder, say }) => {
    const dev = await createDevProcess(folder);
    await dev.process.start();
    try {
      const args = [inCheckout("examples/check-clients.sh"), dev.address];
      const output = await runCommand({ program: "bash", args, folder, withinMs: WITHIN_MS });
      const lines = output.split("\n").filter((line) => /: (ok|skipped|output as expected)/.test(line));
      for (const line of lines) say(line);
      const passed = lines.filter((line) => line.endsWith(": ok")).length;
      check(passed > 0, "no language's tools are installed here");
      return { languages: passed };
    } finally {
      await dev.process.stop();
    }
  },
};
