import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";

export interface ReceivedSpan {
  /** `service.name` of the process. */
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: a root. */
  readonly parentSpanId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
}

type Field = (reader: BinaryReader, type: WireType) => void;

/** Calls a function for each field that it has one for; others are skipped. */
function readFields(bytes: Uint8Array, fields: Readonly<Record<number, Field>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const field = fields[number];
    if (field === undefined) reader.skip(type, number);
    else field(reader, type);
  }
}

/** Spans of an ExportTraceServiceRequest (opentelemetry-proto v1), read by field numbers: what a collector of another make would see. */
export function readSpans(request: Uint8Array): readonly ReceivedSpan[] {
  const spans: ReceivedSpan[] = [];
  readFields(request, { 1: (reader) => spans.push(...readResourceSpans(reader.bytes())) });
  return spans;
}

function readResourceSpans(bytes: Uint8Array): ReceivedSpan[] {
  let service = "";
  const spans: Omit<ReceivedSpan, "service">[] = [];
  readFields(bytes, {
    1: (reader) => (service = serviceOf(reader.bytes())),
    2: (reader) => {
      readFields(reader.bytes(), { 2: (span) => spans.push(readSpan(span.bytes())) });
    },
  });
  return spans.map((span) => ({ service, ...span }));
}

function serviceOf(resource: Uint8Array): string {
  let service = "";
  readFields(resource, {
    1: (attribute) => {
      let key = "";
      let value = "";
      readFields(attribute.bytes(), {
        1: (reader) => (key = reader.string()),
        2: (reader) => {
          readFields(reader.bytes(), { 1: (text) => (value = text.string()) });
        },
      });
      if (key === "service.name") service = value;
    },
  });
  return service;
}

function readSpan(bytes: Uint8Array): Omit<ReceivedSpan, "service"> {
  const span = { name: "", traceId: "", spanId: "", parentSpanId: "", startNs: 0n, endNs: 0n };
  const hex = (reader: BinaryReader): string => Buffer.from(reader.bytes()).toString("hex");
  readFields(bytes, {
    1: (reader) => (span.traceId = hex(reader)),
    2: (reader) => (span.spanId = hex(reader)),
    4: (reader) => (span.parentSpanId = hex(reader)),
    5: (reader) => (span.name = reader.string()),
    7: (reader) => (span.startNs = BigInt(reader.fixed64())),
    8: (reader) => (span.endNs = BigInt(reader.fixed64())),
  });
  return span;
}
