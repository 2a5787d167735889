import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { asBuffer } from "./message-codec.ts";

/** Adds reflection (v1 and v1alpha) for these services, from the descriptors inside the generated code: no image file at run time. */
export async function addReflection(server: Server, services: readonly DescService[]): Promise<void> {
  const { ReflectionService } = await import("@grpc/reflection");
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  const fileDescriptorProtos = [...files.values()].map((file) => asBuffer(toBinary(FileDescriptorProtoSchema, file.proto)));
  // Only the files are read; the entry that needs no functions is that of an enum.
  const definition = { format: "Protocol Buffer 3 EnumDescriptorProto" as const, type: {}, fileDescriptorProtos };
  new ReflectionService({ files: definition }, { services: services.map((service) => service.typeName) }).addToServer(server);
}

function collect(file: DescFile, files: Map<string, DescFile>): void {
  if (files.has(file.name)) return;
  for (const dependency of file.dependencies) collect(dependency, files);
  files.set(file.name, file);
}
