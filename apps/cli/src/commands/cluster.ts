import { type Command, Option } from "commander";
import type { SelfTestOptions } from "../actions/self-test.ts";
import { wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** `millrace doctor` and `millrace selftest`. */
export function addClusterCommands(program: Command, world: CliWorld): void {
  const doctor = program
    .command("doctor")
    .summary("say what is wrong here and on the cluster")
    .description("Looks at this machine and at the cluster, and says what is wrong and how to repair it. Exit code 1 if anything is.");
  onRun(doctor, async (_, options) => {
    await (await import("../actions/doctor.ts")).doctor(options, world);
  });
  examples(doctor, ["millrace doctor", "millrace doctor --address broker-0:9190 --json"]);

  const selfTest = program
    .command("selftest")
    .summary("produce, run a job and consume, each result compared")
    .description(
      "Makes topics and a job of its own, compares each result with what it must be, and removes them. Exit code 2 if anything is wrong.",
    )
    .addOption(new Option("--records <n>", "records to produce").default(10_000).argParser(wholeNumber(1, 1_000_000)));
  onRun<SelfTestOptions>(selfTest, async (_, options) => {
    await (await import("../actions/self-test.ts")).selfTest(options, world);
  });
  examples(selfTest, ["millrace selftest", "millrace selftest --address broker-0:9190 --records 1000"]);
}
