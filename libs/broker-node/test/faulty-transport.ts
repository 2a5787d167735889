import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { CallOptions, RpcTransport, ServiceClient } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { Random } from "@millrace/ports";

type AnyCall = (input: unknown, options?: CallOptions) => unknown;

/** A transport that loses requests and answers: what was lost on the way back has been done, and only the caller does not know. */
export function faultyTransport(inner: RpcTransport, faults: { random: Random; lossChance: () => number }): RpcTransport {
  const isLost = (): boolean => faults.random.next() < faults.lossChance();
  return {
    close: () => inner.close(),
    client<S extends DescService>(service: S, address: string): ServiceClient<S> {
      const client = inner.client(service, address) as unknown as Readonly<{ [method: string]: AnyCall }>;
      const methods: { [method: string]: AnyCall } = {};
      for (const method of service.methods)
        methods[method.localName] = faultyCall(method, (input, options) => client[method.localName]?.(input, options), isLost);
      return methods as unknown as ServiceClient<S>;
    },
  };
}

function faultyCall(method: DescMethod, call: AnyCall, isLost: () => boolean): AnyCall {
  const streamsOut = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
  if (streamsOut) return (input, options) => faultyAnswers(call(input, options) as AsyncIterable<unknown>, isLost);
  return async (input, options) => {
    if (isLost()) throw lost();
    const answer = await call(input, options);
    if (isLost()) throw lost();
    return answer;
  };
}

async function* faultyAnswers(answers: AsyncIterable<unknown>, isLost: () => boolean): AsyncGenerator {
  for await (const answer of answers) {
    if (isLost()) throw lost();
    yield answer;
  }
}

function lost(): AppError {
  return new AppError({ kind: "unavailable", code: "unreachable", message: "lost on the way" });
}
