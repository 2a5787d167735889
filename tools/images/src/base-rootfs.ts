import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { copyProgram } from "./programs.ts";

const USERS = [
  "root:x:0:0:root:/root:/sbin/nologin",
  "millrace:x:10001:10001:millrace:/data:/sbin/nologin",
  "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
];
const GROUPS = ["root:x:0:", "millrace:x:10001:", "nogroup:x:65534:"];

/**
 * What every image stands on: Node.js with the C and C++ libraries that it and native packages load, users, and folders for what is written.
 * No shell, no package manager, nothing with a set-uid bit.
 */
export function writeBaseRootfs(folder: string): void {
  copyProgram(process.execPath, { folder, at: "usr/local/bin/node" });
  // Loaded by name when a host is looked up; not listed by the program itself.
  for (const name of ["libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2", "librt.so.1"]) copyBesideLibc(folder, name);
  writeText(folder, "etc/passwd", `${USERS.join("\n")}\n`);
  writeText(folder, "etc/group", `${GROUPS.join("\n")}\n`);
  writeText(folder, "etc/nsswitch.conf", "hosts: files dns\n");
  for (const name of ["data", "tmp", "run"]) openFolder(join(folder, name));
}

function copyBesideLibc(folder: string, name: string): void {
  for (const place of ["lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64"]) {
    if (existsSync(join(folder, place, "libc.so.6")) && existsSync(join("/", place, name)))
      cpSync(join("/", place, name), join(folder, place, name), { dereference: true });
  }
}

function writeText(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** A mount point: whoever runs the image without a volume there can write into it all the same. */
function openFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o1777);
}
