import type { Command } from "commander";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** `millrace doctor`. */
export function addClusterCommands(program: Command, world: CliWorld): void {
  const doctor = program
    .command("doctor")
    .summary("say what is wrong here and on the cluster")
    .description("Looks at this machine and at the cluster, and says what is wrong and how to repair it. Exit code 1 if anything is.");
  onRun(doctor, async (_, options) => {
    await (await import("../actions/doctor.ts")).doctor(options, world);
  });
  examples(doctor, ["millrace doctor", "millrace doctor --address broker-0:9190 --json"]);
}
