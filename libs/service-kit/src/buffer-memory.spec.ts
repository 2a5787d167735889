import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const MODULE = fileURLToPath(new URL("./buffer-memory.ts", import.meta.url));

describe("countBuffersAsHeap", () => {
  it("spares most full collections of a process that only moves buffers", () => {
    const before = fullCollections("");
    const after = fullCollections(`(await import(${JSON.stringify(MODULE)})).countBuffersAsHeap();`);

    expect(before).toBeGreaterThanOrEqual(6);
    expect(after).toBeLessThanOrEqual(before / 2);
  });
});

/** Collections of the old generation while 1 GiB passes through buffers of 64 KiB, of which 16 MiB are alive. */
function fullCollections(first: string): number {
  const script = `${first}
    const { PerformanceObserver, constants } = await import("node:perf_hooks");
    let full = 0;
    const count = (list) => { for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full++; };
    const observer = new PerformanceObserver(count);
    observer.observe({ entryTypes: ["gc"] });
    const alive = [];
    for (let i = 0; i < 16_384; i++) {
      alive[i % 256] = Buffer.concat([Buffer.allocUnsafeSlow(65_536)]);
      if (i % 64 === 0) await new Promise(setImmediate);
    }
    await new Promise((resolve) => setTimeout(resolve, 50)); // entries come later
    process.stdout.write(String(full));`;
  return Number(
    execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script], { encoding: "utf8" }),
  );
}
