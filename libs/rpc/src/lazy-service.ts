import {
  type MethodDefinition,
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  status,
  type UntypedHandleCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { assertDefined } from "@millrace/stdx";
import { asBuffer } from "./message-codec.ts";

/** What a package adds to a server by `addService`. */
type Definition = Readonly<Record<string, MethodDefinition<unknown, unknown>>>;
type Handlers = Readonly<Record<string, UntypedHandleCall>>;
export type ServiceTaker = Pick<Server, "addService">;

interface LoadedMethod {
  readonly definition: MethodDefinition<unknown, unknown>;
  readonly handle: (call: unknown, callback?: (error: unknown, answer: unknown) => void) => void;
}

/** Of each method its full path, and what kind of call it is. */
export type MethodKinds = Readonly<Record<string, "unary" | "server-streaming" | "bidi-streaming">>;

/**
 * Serves methods of a package that is loaded when one of them is called first. Health and reflection bring a parser and compiler of protocol files with them, which took a fifth of a
 * process' start, and most servers are asked for neither while they start.
 */
export function addLazyService(server: Server, methods: MethodKinds, load: () => Promise<(taker: ServiceTaker) => void>): void {
  let loading: Promise<ReadonlyMap<string, LoadedMethod>> | undefined;
  const loaded = (): Promise<ReadonlyMap<string, LoadedMethod>> => (loading ??= load().then(methodsOf));
  const definitions: Record<string, MethodDefinition<Buffer, Buffer>> = {};
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const [path, kind] of Object.entries(methods)) {
    definitions[path] = {
      path,
      requestStream: kind === "bidi-streaming",
      responseStream: kind !== "unary",
      ...{ requestSerialize: asBuffer, requestDeserialize: asBuffer, responseSerialize: asBuffer, responseDeserialize: asBuffer },
    };
    const method = (): Promise<LoadedMethod> => loaded().then((all) => assertDefined(all.get(path), path));
    handlers[path] = kind === "unary" ? unaryHandler(method) : streamHandler(method);
  }
  server.addService(definitions, handlers);
}

/** What the package adds, by path. */
function methodsOf(addTo: (taker: ServiceTaker) => void): ReadonlyMap<string, LoadedMethod> {
  const all = new Map<string, LoadedMethod>();
  addTo({
    addService: (service, implementation) => {
      for (const [name, definition] of Object.entries(service as Definition)) {
        const handlers = implementation as Handlers;
        const handle = handlers[name] ?? handlers[definition.originalName ?? ""];
        all.set(definition.path, { definition, handle: assertDefined(handle, name) as LoadedMethod["handle"] });
      }
    },
  });
  return all;
}

function unaryHandler(method: () => Promise<LoadedMethod>): UntypedHandleCall {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
    method()
      .then(({ definition, handle }) => {
        handle({ request: definition.requestDeserialize(call.request) }, (error, answer) => {
          if (error !== null) callback(error as Parameters<typeof callback>[0]);
          else callback(null, definition.responseSerialize(answer));
        });
      })
      .catch((error: unknown) => callback(notLoaded(error)));
  };
}

/** The stream as the package's handler uses it: messages instead of bytes. Nothing is read before somebody listens. */
function streamHandler(method: () => Promise<LoadedMethod>): UntypedHandleCall {
  return (call: ServerDuplexStream<Buffer, Buffer> & { readonly request?: Buffer }) => {
    method()
      .then(({ definition, handle }) => {
        handle({
          request: call.request === undefined ? undefined : definition.requestDeserialize(call.request),
          on: (event: string, listener: (value?: unknown) => void) =>
            call.on(event, event === "data" ? (bytes: Buffer) => listener(definition.requestDeserialize(bytes)) : listener),
          write: (message: unknown) => call.write(definition.responseSerialize(message)),
          end: () => call.end(),
        });
      })
      .catch((error: unknown) => call.emit("error", notLoaded(error)));
  };
}

function notLoaded(cause: unknown): { code: status; details: string } {
  return { code: status.INTERNAL, details: `the service cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}` };
}
