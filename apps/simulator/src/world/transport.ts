import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { CallOptions, RpcListener, RpcTransport, ServiceClient } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { ClientCall } from "./client-call.ts";
import type { Network } from "./network.ts";
import type { SimProcess } from "./sim-process.ts";
import { UNARY_TIMEOUT_MS } from "./wire.ts";

/** The way out of a process over the simulated network: what `libs/rpc` promises, without sockets. */
export function simulatedTransport(process: SimProcess, network: Network): RpcTransport {
  return {
    client<S extends DescService>(service: S, address: string): ServiceClient<S> {
      const methods: Record<string, unknown> = {};
      for (const method of service.methods) methods[method.localName] = clientMethod({ process, address, method }, network);
      return methods as ServiceClient<S>;
    },
    close: () => Promise.resolve(),
  };
}

/** The way in: a machine that does not exist any more has no servers. Port 0 takes a free one. */
export function simulatedListener(process: SimProcess, network: Network): RpcListener {
  return {
    async listen(asked, services) {
      await Promise.resolve();
      const address = asked.endsWith(":0") ? network.freeAddress(process.machine) : asked;
      network.listen(process, address, services);
      const stop = (): Promise<void> => {
        network.unlisten(address);
        return Promise.resolve();
      };
      return { address, stop };
    },
  };
}

interface Target {
  readonly process: SimProcess;
  readonly address: string;
  readonly method: DescMethod;
}

function clientMethod(target: Target, network: Network): unknown {
  switch (target.method.methodKind) {
    case "unary":
      return (request: unknown, options: CallOptions = {}) => {
        const call = new ClientCall(target, { timeoutMs: UNARY_TIMEOUT_MS, ...options }, network);
        call.begin(request);
        return onlyMessage(call);
      };
    case "server_streaming":
      return (request: unknown, options: CallOptions = {}) => lazily(target, options, network, (call) => call.begin(request));
    case "client_streaming":
      return (requests: AsyncIterable<unknown>, options: CallOptions = {}) => {
        const call = new ClientCall(target, options, network);
        void call.sendAll(requests);
        return onlyMessage(call);
      };
    case "bidi_streaming":
      return (requests: AsyncIterable<unknown>, options: CallOptions = {}) =>
        lazily(target, options, network, (call) => void call.sendAll(requests));
  }
}

async function onlyMessage(call: ClientCall): Promise<unknown> {
  const first = await call.answers.next();
  if (first.done !== true && (await call.answers.next()).done === true) return first.value;
  throw new AppError({ kind: "internal", code: "rpc-failed", message: "server answered a unary call with no message, or several" });
}

/** Begins with the first pull, as an async generator does. */
function lazily(target: Target, options: CallOptions, network: Network, begin: (call: ClientCall) => void): AsyncIterableIterator<unknown> {
  let call: ClientCall | undefined;
  const opened = (): ClientCall => {
    if (call === undefined) {
      call = new ClientCall(target, options, network);
      begin(call);
    }
    return call;
  };
  return {
    next: () => opened().answers.next(),
    return: () => (call === undefined ? Promise.resolve({ done: true, value: undefined }) : call.answers.return()),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
