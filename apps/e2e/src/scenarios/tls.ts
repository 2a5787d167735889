import { readFileSync } from "node:fs";
import { testTlsFile } from "@millrace/testkit";
import { check, type Scenario } from "../scenario.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { askKafkaOverTls } from "../system/kafka-over-tls.ts";
import { type ProgramResult, runCli } from "../system/run-cli.ts";

const WITHIN_MS = 60_000;
const CLIENT = [
  "--tls-ca-file",
  testTlsFile("ca.pem"),
  "--tls-cert-file",
  testTlsFile("service.pem"),
  "--tls-key-file",
  testTlsFile("service.key"),
];
/** Of every process: each shows this certificate, and asks others for one. */
const IDENTITY = {
  MILLRACE_TLS_CA_FILE: testTlsFile("ca.pem"),
  MILLRACE_TLS_CERT_FILE: testTlsFile("service.pem"),
  MILLRACE_TLS_KEY_FILE: testTlsFile("service.key"),
  MILLRACE_TLS_CLIENT_AUTH: "required",
};

/** Every connection is TLS, with certificates on both sides: services among each other, workers of a job, clients at both doors. */
export const tls: Scenario = {
  name: "tls",
  what: "a cluster whose every connection is mutual TLS: a job of two workers, both doors; who has no certificate is refused with a word that helps",
  async run({ folder, say }) {
    const cluster = await startCluster(folder, { coordinators: 2, brokers: 2, executors: 2, env: IDENTITY });
    try {
      for (const topic of ["lines", "counts"]) await done(millrace(cluster, ["topic", "create", topic, "--partitions", "2"]));
      const { jobId } = JSON.parse(
        (await done(millrace(cluster, ["job", "submit", "examples/jobs/word-count.ts", "--no-check", "--json"]))).stdout,
      ) as { jobId: string };
      await done(millrace(cluster, ["produce", "lines"], "to be or not to be\n"));
      const counted = await done(millrace(cluster, ["consume", "counts", "--from-beginning", "--follow", "--max-records", "4"]));
      say(`a job of two workers counted: ${counted.stdout.trim().split("\n").sort().join(" ")}`);
      check(counted.stdout.trim().split("\n").sort().join() === "1,1,2,2", `wrong counts: ${counted.stdout}`);
      await done(millrace(cluster, ["job", "stop", jobId]));
      const { apiCount: versions } = await askKafkaOverTls(cluster.brokers[0]?.kafkaAddress ?? "", {
        ca: readFileSync(testTlsFile("ca.pem")),
        cert: readFileSync(testTlsFile("service.pem")),
        key: readFileSync(testTlsFile("service.key")),
      });
      check(versions > 40, `the Kafka listener answers over TLS, with ${versions} APIs`);
      const plain = await runCli(["topic", "list", "--address", cluster.address]);
      check(
        plain.exit === 7 && plain.stderr.includes("--tls-ca-file"),
        `plain text is refused with a hint: exit ${plain.exit} ${plain.stderr}`,
      );
      const { 0: caFlag = "", 1: caFile = "" } = CLIENT;
      const nameless = await runCli(["topic", "list", "--address", cluster.address, caFlag, caFile]);
      check(nameless.exit === 7, `a client without a certificate is refused: exit ${nameless.exit}`);
      return { kafkaApis: versions };
    } finally {
      await cluster.stop();
    }
  },
};

function millrace(cluster: Cluster, args: readonly string[], input = ""): Promise<ProgramResult> {
  return runCli([...args, "--address", cluster.address, ...CLIENT], { input, withinMs: WITHIN_MS });
}

async function done(running: Promise<ProgramResult>): Promise<ProgramResult> {
  const result = await running;
  check(result.exit === 0, `exit ${result.exit}: ${result.stderr}`);
  return result;
}
