import type { Command } from "commander";
import { duration, words } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `transaction list`. */
export interface TransactionListOptions {
  readonly state?: readonly string[];
  readonly openFor?: number;
}

/** `millrace transaction list|describe|abort`, what kafka-transactions.sh does. */
export function addTransactionCommands(program: Command, world: CliWorld): void {
  const transaction = program
    .command("transaction")
    .alias("transactions")
    .summary("transactions: list, describe, abort one that hangs")
    .description(
      "Transactions, of Kafka clients and of gRPC clients alike. One that stays open holds back everybody who reads committed records.",
    );

  const list = transaction
    .command("list")
    .description("Lists the transactional ids of all brokers.")
    .option("--state <states>", "only in these states: ongoing, empty, completecommit, …", words)
    .option("--open-for <duration>", "only transactions that have been open for longer: 30s, 15m", duration);
  onRun<TransactionListOptions>(list, async (_, options) => {
    await (await import("../actions/transaction.ts")).listTransactions(options, world);
  });
  examples(list, ["millrace transaction list", "millrace transaction list --open-for 5m     # what hangs"]);

  const describe = transaction
    .command("describe")
    .description("Shows a transactional id: its state, its producer, since when a transaction is open, and the partitions in it.")
    .argument("<transactional-id>");
  onRun<object, readonly [string]>(describe, async ([id], options) => {
    await (await import("../actions/transaction.ts")).describeTransaction(id, options, world);
  });
  examples(describe, ["millrace transaction describe billing-copier-0"]);

  const abort = transaction
    .command("abort")
    .description("Aborts the open transaction of a transactional id. Its producer is fenced: it must begin anew, and can no longer commit.")
    .argument("<transactional-id>");
  onRun<object, readonly [string]>(abort, async ([id], options) => {
    await (await import("../actions/transaction.ts")).abortTransaction(id, options, world);
  });
  examples(abort, ["millrace transaction abort billing-copier-0"]);
}
