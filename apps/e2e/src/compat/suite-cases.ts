import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { applyAllowList, parseAllowList } from "./allow-list.ts";
import type { Check } from "./check-report.ts";
import type { CompatCase } from "./compat-case.ts";
import { KAFKA_PYTHON_SUITE } from "./kafka-python-suite.ts";
import { tryCommand } from "./run-command.ts";
import { CACHE, install, once, requireProgram } from "./tool-cache.ts";

const FRANZ_GO = "github.com/twmb/franz-go@v1.22.3";
const SUITE_MS_MAX = 900_000;
const TEST_BINARY = join(CACHE, "kgo.test");

/** Clients' own integration suites. */
export const SUITE_CASES: readonly CompatCase[] = [
  {
    kind: "suites",
    client: "franz-go",
    feature: "suite",
    isLong: true,
    async prepare() {
      await once("franz-go", FRANZ_GO, async () => {
        await requireProgram("go", "Go 1.25 or later");
        await install("go", ["test", "-c", "-o", TEST_BINARY, "./pkg/kgo"], await moduleFolder());
      });
    },
    run: franzGo,
  },
  KAFKA_PYTHON_SUITE,
];

/** Where Go keeps the sources of the release: its module cache, which is read-only. */
async function moduleFolder(): Promise<string> {
  const module_: unknown = JSON.parse(await install("go", ["mod", "download", "-json", FRANZ_GO]));
  if (typeof module_ === "object" && module_ !== null && "Dir" in module_ && typeof module_.Dir === "string") return module_.Dir;
  throw new Error(`go mod download said nothing of a folder module=${FRANZ_GO}`);
}

async function franzGo(address: string): Promise<readonly Check[]> {
  const ran = await tryCommand({
    program: TEST_BINARY,
    args: ["-test.v", "-test.timeout", "14m"],
    folder: join(await moduleFolder(), "pkg/kgo"), // one of its tests reads its sources
    withinMs: SUITE_MS_MAX,
    env: { KGO_SEEDS: address, KGO_TEST_RF: "1", KGO_TEST_RECORDS: "20000", KGO_LOG_LEVEL: "none" },
  });
  const file = inCheckout("apps/e2e/src/compat/franz-go.allow");
  const checks = applyAllowList(goTests(ran.stdout), parseAllowList(await readFile(file, "utf8"), file));
  return checks.length > 0 ? checks : [{ name: "the suite", error: `no test ran; ${ran.what}`, seconds: 0 }];
}

/** Top-level tests of `go test -v` output; a test that was skipped is none. */
export function goTests(output: string): readonly Check[] {
  return [...output.matchAll(/^--- (PASS|FAIL): (\S+) \(([\d.]+)s\)$/gm)].map(([, result, name = "", seconds]) => ({
    name,
    error: result === "PASS" ? null : failureOf(output, name),
    seconds: Number(seconds),
  }));
}

function failureOf(output: string, name: string): string {
  const start = output.indexOf(`--- FAIL: ${name} `);
  return output.slice(Math.max(0, start - 600), start).trim();
}
