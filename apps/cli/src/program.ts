import { Command, Option } from "commander";
import { addBackupCommands } from "./commands/backup.ts";
import { addBrokerCommands } from "./commands/broker.ts";
import { addClusterCommands } from "./commands/cluster.ts";
import { addConfigCommands } from "./commands/config.ts";
import { addDashboardCommand } from "./commands/dashboards.ts";
import { addGroupCommands } from "./commands/group.ts";
import { addJobCommands } from "./commands/job.ts";
import { addLogCommands } from "./commands/log.ts";
import { addPartitionCommands } from "./commands/partition.ts";
import { addPerfCommands } from "./commands/perf.ts";
import { addRecordCommands } from "./commands/records.ts";
import { addServiceCommands } from "./commands/services.ts";
import { addTransactionCommands } from "./commands/transaction.ts";
import { addTopicCommands } from "./commands/topic.ts";
import { addressList } from "./options.ts";
import { VERSION } from "./version.ts";
import type { CliWorld } from "./world.ts";

export const DEFAULT_ADDRESS = "127.0.0.1:9190";

/** The command tree. Nothing but commander is loaded here: an action imports what it needs when it runs. */
export function createProgram(world: CliWorld): Command {
  const program = new Command("millrace");
  program
    .description("Millrace: a partitioned log that speaks Kafka, and a stream engine on it, exactly once.")
    .version(VERSION, "-V, --version", "print the version")
    .addOption(
      new Option("-a, --address <host:port>", "brokers, several with commas; one that answers is enough")
        .env("MILLRACE_ADDRESS")
        .default(DEFAULT_ADDRESS)
        .argParser(addressList),
    )
    .addOption(
      new Option("--tls-ca-file <file>", "PEM file of the authorities of the cluster's certificates: connect over TLS").env(
        "MILLRACE_TLS_CA_FILE",
      ),
    )
    .addOption(
      new Option("--tls-cert-file <file>", "PEM file of the own certificate, where the cluster asks for one").env("MILLRACE_TLS_CERT_FILE"),
    )
    .addOption(new Option("--tls-key-file <file>", "PEM file of its key").env("MILLRACE_TLS_KEY_FILE"))
    .addOption(
      new Option("--tls-peer-name <name>", "name in the certificates of services that are reached by IP address").env(
        "MILLRACE_TLS_PEER_NAME",
      ),
    )
    .option("--json", "results as JSON, one document a line, for scripts")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(--help shows how it is used)")
    .exitOverride();
  addServiceCommands(program, world);
  addTopicCommands(program, world);
  addPartitionCommands(program, world);
  addBrokerCommands(program, world);
  addConfigCommands(program, world);
  addRecordCommands(program, world);
  addGroupCommands(program, world);
  addTransactionCommands(program, world);
  addJobCommands(program, world);
  addLogCommands(program, world);
  addBackupCommands(program, world);
  addPerfCommands(program, world);
  addClusterCommands(program, world);
  addDashboardCommand(program, world);
  program.addHelpText("after", EPILOGUE);
  return program;
}

const EPILOGUE = `
A first look:
  millrace dev                                        a whole cluster in this terminal
  millrace topic create lines --partitions 3          in a second one
  echo "to be or not to be" | millrace produce lines
  millrace consume lines --from-beginning
  millrace job submit examples/jobs/word-count.ts

Exit codes:
  0 done        1 a bug, or a job that failed   2 wrong use, setting or job module   3 not found   4 conflict, or in use
  5 fenced      6 over a limit                  7 not reachable or not ready         8 corrupt     130 interrupted`;
