import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { decodeRequestHeader, encodeRequestHeader, FrameSplitter, WireReader, WireWriter } from "../src/index.ts";
import { decodeBody, type Direction } from "./codec-bytes.ts";
import { goldenFiles, goldenVectors, type Vector } from "./golden.ts";
import { createRandom, mutated } from "./random.ts";

/** Set by `FUZZ_RUNS=… FUZZ_SEED=…` in the environment, through jest.config.mjs. Runs are per API, half of them requests. */
declare const FUZZ_RUNS: number;
declare const FUZZ_SEED: number;

/** What a decoded value holds, counted: each is bounded by the frame's length, as each takes a byte of it at least. */
interface Holdings {
  elements: number;
  viewBytes: number;
  characters: number;
}

/** Counts, and fails where a view reaches outside of the frame. */
function count(value: unknown, frame: Uint8Array, held: Holdings): void {
  if (typeof value === "string") held.characters += /^[0-9a-f]{32}$/.test(value) ? 0 : value.length;
  else if (value instanceof Uint8Array) {
    held.viewBytes += value.length;
    const isInside = value.byteOffset >= frame.byteOffset && value.byteOffset + value.length <= frame.byteOffset + frame.length;
    if (value.length > 0 && (value.buffer !== frame.buffer || !isInside)) throw new Error("a view is outside of its frame");
  } else if (Array.isArray(value)) {
    held.elements += value.length;
    for (const element of value) count(element, frame, held);
  } else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) count(inner, frame, held);
}

/** Decodes, or fails with the one error that is allowed; true if it decoded. */
function survives(direction: Direction, frame: Uint8Array): boolean {
  let value: unknown;
  try {
    ({ value } = decodeBody(direction, frame));
  } catch (error) {
    if (error instanceof AppError && error.code === "malformed-kafka-frame" && error.context["where"] !== undefined) return false;
    throw error;
  }
  const held = { elements: 0, viewBytes: 0, characters: 0 };
  count(value, frame, held);
  // A known tag may come again and again, and only its last value stays: so these are bounds, not equations.
  if (Math.max(held.elements, held.viewBytes, held.characters) > frame.length)
    throw new Error(`more than the frame holds ${JSON.stringify(held)}`);
  return true;
}

function fuzz(vectors: readonly Vector[], runs: number, seed: number): number {
  const random = createRandom(seed);
  let decoded = 0;
  for (let run = 0; run < runs; run++) {
    const vector = vectors[random(vectors.length)];
    if (vector === undefined) break;
    const { frame } = mutated(vector.bytes, random);
    try {
      if (survives(vector, frame)) decoded++;
    } catch (error) {
      const how = `FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${FUZZ_RUNS} run=${run} ${vector.api.name} ${vector.side} v${vector.version}`;
      throw new Error(`${how} bytes=${Buffer.from(frame).toString("hex")}: ${String(error)}`, { cause: error });
    }
  }
  return decoded;
}

describe("mutated frames", () => {
  it.each(goldenFiles)("%s: decode, or fail as malformed, within the frame", (file) => {
    const vectors = goldenVectors(file);
    for (const side of ["request", "response"]) {
      const ofSide = vectors.filter((vector) => vector.side === side);
      const runs = Math.ceil(FUZZ_RUNS / 2);
      const decoded = fuzz(ofSide, runs, FUZZ_SEED);
      // Some mutations must get through, or nothing behind the first field is tested.
      expect(ofSide.some(({ bytes }) => bytes.length > 0) ? decoded : 1).toBeGreaterThan(0);
    }
  });

  it("headers: decode, or fail as malformed", () => {
    const random = createRandom(FUZZ_SEED);
    for (let run = 0; run < FUZZ_RUNS; run++) {
      const writer = new WireWriter();
      encodeRequestHeader(writer, { apiKey: random(80), apiVersion: random(15), correlationId: run, clientId: "client-ü" });
      const { frame } = mutated(new Uint8Array(Buffer.concat(writer.finish())), random);
      try {
        decodeRequestHeader(new WireReader(frame));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "malformed-kafka-frame") throw error;
      }
    }
  });

  it("streams in chunks of any size: the same frames, or malformed", () => {
    const random = createRandom(FUZZ_SEED);
    for (let run = 0; run < FUZZ_RUNS / 40; run++) {
      const frames = Array.from({ length: random(6) }, () =>
        new Uint8Array(random(3) === 0 ? random(5_000) + 1 : random(40) + 1).fill(random(256)),
      );
      const stream = Buffer.concat(frames.flatMap((frame) => [size(frame.length), frame]));
      const isIntact = random(2) === 0;
      const { frame: sent } = isIntact ? { frame: new Uint8Array(stream) } : mutated(stream, random);
      const splitter = new FrameSplitter(100_000);
      const received: Uint8Array[] = [];
      try {
        for (let position = 0; position < sent.length;) {
          const end = Math.min(sent.length, position + 1 + random(random(2) === 0 ? 4 : 4_000));
          received.push(...splitter.push(sent.subarray(position, end)));
          position = end;
        }
        if (isIntact) expect(received.map((frame) => Buffer.from(frame))).toEqual(frames.map((frame) => Buffer.from(frame)));
      } catch (error) {
        if (isIntact || !(error instanceof AppError) || error.code !== "malformed-kafka-frame") throw error;
      }
      expect(splitter.pendingBytes).toBeLessThanOrEqual(sent.length);
    }
  });
});

function size(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
