import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `log dump`. */
export interface LogDumpOptions {
  readonly from?: number;
  readonly limit?: number;
  readonly records?: boolean;
}

/** `millrace log verify|dump`: files of a broker, without a broker. */
export function addLogCommands(program: Command, world: CliWorld): void {
  const log = program
    .command("log")
    .summary("look at the files of a broker, offline")
    .description(
      "Files of partitions, read without a broker and never changed. Stop the broker first: of a log that is written to, the end may look torn.",
    );

  const verify = log
    .command("verify")
    .description("Checks every byte of a partition, or of all partitions of a data folder: checksums, offsets, leader epochs, indexes.")
    .argument("<path>", "a partition's folder, or a broker's data folder");
  onRun<object, readonly [string]>(verify, async ([path], options) => {
    await (await import("../actions/log-verify.ts")).verifyLogs(path, options, world);
  });
  examples(verify, ["millrace log verify /var/lib/millrace", "millrace log verify data/broker/0f3c…-2 --json"]);

  const dump = log
    .command("dump")
    .description("Prints the batches of a partition as they stand on disk, and their records with --records.")
    .argument("<path>", "a partition's folder")
    .option("--from <offset>", "begin at the batch with this offset", wholeNumber(0))
    .option("--limit <count>", "how many batches at most (default: 1000)", wholeNumber(1))
    .option("--records", "key, value and headers of each record, too");
  onRun<LogDumpOptions, readonly [string]>(dump, async ([path], options) => {
    await (await import("../actions/log-dump.ts")).dumpLog(path, options, world);
  });
  examples(dump, ["millrace log dump data/broker/0f3c…-2 --from 1000 --limit 5 --records"]);
}
