import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { readSpans, type ReceivedSpan } from "./otlp-spans.ts";

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** What came so far. */
  spans(): readonly ReceivedSpan[];
  stop(): void;
}

const PREFIX_BYTES = 5; // of a gRPC message: compressed or not, length

/** A receiver of OpenTelemetry's protocol over gRPC: takes spans, and metrics without looking. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const received: ReceivedSpan[] = [];
  const server = createServer();
  server.on("stream", (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      if (String(headers[":path"]).endsWith("TraceService/Export")) received.push(...readSpans(messageOf(Buffer.concat(chunks))));
      answer(stream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => received,
    stop: () => {
      server.close();
    },
  };
}

function messageOf(body: Buffer): Uint8Array {
  if (body[0] !== 0) throw new Error("the exporter compresses, which was not asked for");
  return body.subarray(PREFIX_BYTES, PREFIX_BYTES + body.readUInt32BE(1));
}

/** An empty response. */
function answer(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => {
    stream.sendTrailers({ "grpc-status": "0" });
  });
  stream.end(Buffer.alloc(PREFIX_BYTES));
}
