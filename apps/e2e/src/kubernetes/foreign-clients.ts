import { cp, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { check } from "../scenario.ts";
import { inCheckout } from "../system/sources.ts";
import { run } from "./kubernetes.ts";
import { outsideAddresses } from "./outside.ts";
import { pythonWith } from "./python-venv.ts";
import type { Step, StepContext } from "./steps.ts";

const REQUIREMENTS = ["requirements.txt", "requirements-kafka.txt"].map((name) => inCheckout(`examples/python/${name}`));
const RECORDS = 300;

/** Clients that are not ours, outside of the cluster. */
export const foreignClients: Step = {
  name: "clients",
  what: "a Python gRPC client and a Kafka client, both from outside, through the external addresses",
  needs: "release",
  async run({ kubernetes, folder, say }: StepContext) {
    const python = await pythonWith("venv", REQUIREMENTS);
    const { grpc, kafka } = await outsideAddresses(kubernetes);
    const examples = join(folder, "python");
    await cp(inCheckout("examples/python"), examples, { recursive: true });
    await generateStubs(python, join(examples, "gen"));
    const said = await run(python, [join(examples, "main.py"), grpc[0] ?? ""]);
    check(/fetched \d+ python hello 2/.test(said), `the gRPC client did not read what it wrote:\n${said}`);
    say("python, gRPC: produced and fetched");
    const topic = `outside-${Date.now().toString(36)}`;
    const answer = await run(python, [
      inCheckout("apps/e2e/src/kubernetes/clients/kafka_outside.py"),
      kafka.join(","),
      topic,
      String(RECORDS),
    ]);
    check(answer.includes("complete\n") && !answer.includes("incomplete"), `the Kafka client said:\n${answer}`);
    const [, brokers = ""] = /^brokers (.*)$/m.exec(answer) ?? [];
    check(brokers.split(" ").length === 3 && !brokers.includes("svc"), `the Kafka client was told addresses of inside: ${brokers}`);
    say(`kafka-python: ${RECORDS} records in and out in a group, brokers at ${brokers}`);
    return { records: RECORDS, brokers };
  },
};

async function generateStubs(python: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const proto = inCheckout("proto");
  const files = ["common/v1/common", "broker/v1/broker", "broker/v1/consumer_group", "broker/v1/transaction", "coordinator/v1/coordinator"];
  const there: string[] = [];
  for (const file of files) {
    const path = join(proto, "millrace", `${file}.proto`);
    if (
      await stat(path).then(
        () => true,
        () => false,
      )
    )
      there.push(path);
  }
  await run(python, ["-m", "grpc_tools.protoc", "-I", proto, `--python_out=${to}`, `--grpc_python_out=${to}`, ...there]);
}
