import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { addLazyService } from "./lazy-service.ts";
import { asBuffer } from "./message-codec.ts";

const METHODS = {
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": "bidi-streaming",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": "bidi-streaming",
} as const;

/** Adds reflection (v1 and v1alpha) for these services, from the descriptors inside the generated code: no image file at run time, and nothing is made of them before somebody asks. */
export function addReflection(server: Server, services: readonly DescService[]): void {
  addLazyService(server, METHODS, async () => {
    const { ReflectionService } = await import("@grpc/reflection");
    const files = new Map<string, DescFile>();
    for (const service of services) collect(service.file, files);
    const fileDescriptorProtos = [...files.values()].map((file) => asBuffer(toBinary(FileDescriptorProtoSchema, file.proto)));
    // Only the files are read; the entry that needs no functions is that of an enum.
    const definition = { format: "Protocol Buffer 3 EnumDescriptorProto" as const, type: {}, fileDescriptorProtos };
    const service = new ReflectionService({ files: definition }, { services: services.map(({ typeName }) => typeName) });
    return (taker) => service.addToServer(taker);
  });
}

function collect(file: DescFile, files: Map<string, DescFile>): void {
  if (files.has(file.name)) return;
  for (const dependency of file.dependencies) collect(dependency, files);
  files.set(file.name, file);
}
