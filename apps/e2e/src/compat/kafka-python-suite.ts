import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { applyAllowList, parseAllowList } from "./allow-list.ts";
import { startBroker } from "./broker.ts";
import type { Check } from "./check-report.ts";
import type { CompatCase } from "./compat-case.ts";
import { tryCommand } from "./run-command.ts";
import { CACHE, install, once, requireProgram } from "./tool-cache.ts";

const RELEASE = "3.0.12";
const REQUIREMENTS = ["pytest==8.4.2", "pytest-timeout==2.4.0", "lz4==4.4.5", "python-snappy==0.7.3", "zstandard==0.25.0"];
const FOLDER = join(CACHE, "kafka-python-suite");
const SOURCES = join(FOLDER, `kafka_python-${RELEASE}`);
const PYTHON = join(FOLDER, "venv/bin/python");
const TEST_SECONDS_MAX = 60;
const SUITE_MS_MAX = 540_000;

/** The release's sources lack the one module by which its tests would start a broker of their own; with an address they only import it. */
const SERVICE =
  "class ExternalService:\n    def __init__(self, host, port):\n        self.host, self.port = host, port\n    open = close = lambda self: None\n\n\nclass SpawnedService:\n    pass\n";

/** kafka-python's integration suite, but for its tests of TLS and SASL, which this listener does not have yet. */
export const KAFKA_PYTHON_SUITE: CompatCase = {
  kind: "suites",
  client: "kafka-python",
  feature: "suite",
  isLong: true,
  async prepare() {
    await once("kafka-python-suite", [RELEASE, ...REQUIREMENTS, SERVICE].join(), async () => {
      await requireProgram("python3", "Python 3.11 or later with its venv module");
      await rm(FOLDER, { recursive: true, force: true });
      await mkdir(FOLDER, { recursive: true });
      await install("python3", ["-m", "venv", "venv"], FOLDER);
      const sources = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", `kafka-python==${RELEASE}`];
      await install(PYTHON, ["-m", "pip", ...sources], FOLDER);
      await install("tar", ["xf", `kafka_python-${RELEASE}.tar.gz`], FOLDER);
      await install(PYTHON, ["-m", "pip", "install", "--quiet", ...REQUIREMENTS, SOURCES], FOLDER);
      await writeFile(join(SOURCES, "test/__init__.py"), "");
      await writeFile(join(SOURCES, "test/service.py"), SERVICE);
    });
  },
  // The suite expects four partitions of topics that name no number, so it has a broker of its own.
  async run() {
    const folder = await mkdtemp(join(tmpdir(), "millrace-kafka-python-suite-"));
    const broker = await startBroker(folder, ["--partitions", "4"]);
    try {
      return await runSuite(broker.address, folder);
    } finally {
      await broker.process.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function runSuite(address: string, folder: string): Promise<readonly Check[]> {
  const limits = [`--timeout=${TEST_SECONDS_MAX}`, "--timeout-method=signal"];
  const ran = await tryCommand({
    program: PYTHON,
    args: [
      "-m",
      "pytest",
      "test/integration",
      "-v",
      "-rfE",
      "-p",
      "no:cacheprovider",
      "--durations=0",
      ...limits,
      "-k",
      "not ssl and not sasl",
    ],
    folder: SOURCES,
    withinMs: SUITE_MS_MAX,
    env: { KAFKA_URI: `kafka://${address}`, KAFKA_VERSION: "4.1.0", KAFKA_ROOT: folder, COLUMNS: "400" },
  });
  const file = inCheckout("apps/e2e/src/compat/kafka-python.allow");
  const tests = pytestTests(ran.stdout);
  if (tests.length === 0) return [{ name: "the suite", error: `no test ran; ${ran.what}`, seconds: 0 }];
  return applyAllowList(tests, parseAllowList(await readFile(file, "utf8"), file));
}

/** Tests of `pytest -v -rfE` output, by name without their file; a test that was skipped is none. */
export function pytestTests(output: string): readonly Check[] {
  const reasons = new Map(
    [...output.matchAll(/^(?:FAILED|ERROR) \S+::(\S+) - (.*)$/gm)].map(([, name = "", reason = ""]) => [name, reason]),
  );
  const seconds = new Map([...output.matchAll(/^([\d.]+)s call +\S+::(\S+)$/gm)].map(([, time, name = ""]) => [name, Number(time)]));
  return [...output.matchAll(/^\S+::(\S+) (PASSED|FAILED|ERROR)/gm)].map(([, name = "", result = ""]) => ({
    name,
    error: result === "PASSED" ? null : (reasons.get(name) ?? result),
    seconds: seconds.get(name) ?? 0,
  }));
}
