import { readdirSync, readFileSync } from "node:fs";
import {
  allApis,
  type ApiCodec,
  decodeRequestHeader,
  encodeRequestHeader,
  FrameSplitter,
  WireReader,
  WireWriter,
} from "@millrace/kafka-wire";
import { inCheckout } from "../../system/sources.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { takenOrRefused } from "../refusal.ts";

const GOLDEN = inCheckout("libs/kafka-wire/test/golden");

/** A body as another implementation wrote it. */
export interface Vector {
  readonly api: ApiCodec;
  readonly side: "request" | "response";
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** Golden vectors of every API (`golden/NN-name.hex`: a line of side, version and value, then a line of bytes). */
export function goldenVectors(): readonly Vector[] {
  return readdirSync(GOLDEN).flatMap((file) => {
    const api = allApis.find(({ key }) => key === Number(file.slice(0, 2)));
    if (api === undefined) return [];
    const lines = readFileSync(`${GOLDEN}/${file}`, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    return lines.flatMap((line, index) => {
      if (index % 2 === 1) return [];
      const [side = "", version = ""] = line.split(" ", 2);
      const bytes = new Uint8Array(Buffer.from(lines[index + 1] ?? "", "hex"));
      return [{ api, side: side === "request" ? ("request" as const) : ("response" as const), version: Number(version), bytes }];
    });
  });
}

/** One target per API and side, over all its versions: decoded, or malformed; and nothing held that the frame does not justify. */
export function kafkaCodecTargets(): readonly FuzzTarget[] {
  const groups = Map.groupBy(
    goldenVectors(),
    ({ api, side }) => `kafka-${side}-${String(api.key).padStart(2, "0")}-${api.name.toLowerCase()}`,
  );
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, vectors]) => ({
      name,
      open: () => ({ corpus: vectors.map(({ bytes }) => bytes), run: (frame: Uint8Array, entry: number) => decode(frame, vectors[entry]) }),
    }));
}

function decode(frame: Uint8Array, vector: Vector | undefined): void {
  if (vector === undefined) return;
  const { api, side, version } = vector;
  let value: unknown;
  const isTaken = takenOrRefused(() => {
    const reader = new WireReader(frame);
    value = side === "request" ? api.decodeRequest(reader, version) : api.decodeResponse(reader, version);
  });
  if (isTaken && held(value, frame) > frame.length * HELD_PER_BYTE_MAX) throw new Error(`more is held than ${frame.length} bytes justify`);
}

/** Each element, character and viewed byte takes a byte of the frame at least; a tag may come again and again, and only its last value stays. */
const HELD_PER_BYTE_MAX = 3;

function held(value: unknown, frame: Uint8Array): number {
  if (typeof value === "string") return /^[0-9a-f]{32}$/.test(value) ? 0 : value.length;
  if (value instanceof Uint8Array) {
    const isInside = value.byteOffset >= frame.byteOffset && value.byteOffset + value.length <= frame.byteOffset + frame.length;
    if (value.length > 0 && (value.buffer !== frame.buffer || !isInside)) throw new Error("a view reaches outside of its frame");
    return value.length;
  }
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + held(element, frame), value.length);
  if (typeof value === "object" && value !== null) return Object.values(value).reduce<number>((sum, inner) => sum + held(inner, frame), 0);
  return 0;
}

/** Headers, and frames cut from chunks of any size. */
export const kafkaHeaderTargets: readonly FuzzTarget[] = [
  {
    name: "kafka-header",
    open: () => ({
      corpus: Array.from({ length: 80 }, (_, apiKey) => {
        const writer = new WireWriter();
        encodeRequestHeader(writer, { apiKey, apiVersion: apiKey % 15, correlationId: apiKey * 7, clientId: "client-ü" });
        return new Uint8Array(Buffer.concat(writer.finish()));
      }),
      run: (frame) => void takenOrRefused(() => decodeRequestHeader(new WireReader(frame))),
    }),
  },
  {
    name: "kafka-frames",
    open: () => ({ corpus: Array.from({ length: 20 }, (_, length) => framed(new Uint8Array(length * 17 + 1).fill(length))), run: split }),
  },
];

function framed(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeInt32BE(bytes.length);
  frame.set(bytes, 4);
  return new Uint8Array(Buffer.concat([frame, frame]));
}

function split(stream: Uint8Array): void {
  const splitter = new FrameSplitter();
  let received = 0;
  takenOrRefused(() => {
    for (let position = 0, step = 1; position < stream.length; position += step, step = (step * 3) % 61) {
      const chunk = stream.subarray(position, position + step);
      for (const frame of splitter.push(chunk)) received += frame.length;
    }
  });
  if (received > stream.length) throw new Error("frames hold more than the stream");
  if (splitter.pendingBytes > 2 * stream.length + 512) throw new Error(`holds ${splitter.pendingBytes} bytes of ${stream.length}`);
}
