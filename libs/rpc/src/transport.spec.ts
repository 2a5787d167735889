import { createLoopback } from "@millrace/contracts";
import { createRpcListener } from "./listener.ts";
import { describeTransportContract } from "./transport.contract.ts";
import { createRpcTransport } from "./transport.ts";

describeTransportContract(
  "grpc",
  () => ({ transport: createRpcTransport(), listener: createRpcListener(), freeAddress: "127.0.0.1:0", deadAddress: "127.0.0.1:1" }),
  { hasTimers: true },
);

describeTransportContract(
  "loopback",
  () => {
    const loopback = createLoopback();
    return { transport: loopback, listener: loopback, freeAddress: "here:0", deadAddress: "nowhere:1" };
  },
  { hasTimers: false },
);
