import { describe, expect, it } from "@jest/globals";
import { runTarget } from "../src/fuzz/run-target.ts";
import { loadTargets } from "../src/fuzz/targets.ts";

const SEED = 20_261_127;
/** The whole door takes a thousand times as long as a codec. */
const countOf = (name: string): number => (name === "kafka-connection" ? 300 : name.startsWith("log-file") ? 40 : 400);

describe("fuzz targets", () => {
  // More: npm run fuzz -- --only NAME
  it.each(loadTargets().map((target) => [target.name, target] as const))(
    "%s: taken or refused",
    async (name, target) => {
      expect(await runTarget(target, { count: countOf(name), seed: SEED, onProgress: () => undefined })).toBeUndefined();
    },
    120_000,
  );

  it("finds what breaks: a target with a bug fails, with the input that shows it", async () => {
    const target = {
      name: "planted",
      open: () => ({
        corpus: [Uint8Array.of(1, 2, 3, 4)],
        run: (bytes: Uint8Array) => {
          if (bytes[0] === 0xff) throw new TypeError("planted");
        },
      }),
    };
    const failure = await runTarget(target, { count: 10_000, seed: 1, onProgress: () => undefined });
    expect(failure).toMatchObject({ target: "planted", entry: 0, hex: expect.stringMatching(/^ff/) });
  });
});
