import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";

/** A collector that takes everything and looks at nothing, in a process of its own: its work is nobody's cost. Tells its port to its parent. */
const server = createServer();
server.on("stream", (stream) => {
  stream.resume();
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => {
      stream.sendTrailers({ "grpc-status": "0" });
    });
    stream.end(Buffer.alloc(5)); // an empty message of gRPC
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.once("disconnect", () => process.exit(0));
