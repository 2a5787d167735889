import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { SILENT_LOGGER } from "@millrace/ports";
import { testTlsFile } from "@millrace/testkit";
import { NO_TLS, type OpenTlsIdentity, openTlsIdentity, type TlsSettings } from "./tls-identity.ts";

const LOOK_MS = 10;

describe("openTlsIdentity", () => {
  let folder: string;
  let settings: TlsSettings;
  let identity: OpenTlsIdentity | undefined;
  const warnings: string[] = [];
  const logger = { ...SILENT_LOGGER, warn: (event: string) => void warnings.push(event) };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-tls-"));
    settings = { ...NO_TLS, tlsCaFile: join(folder, "ca.pem"), tlsCertFile: join(folder, "tls.pem"), tlsKeyFile: join(folder, "tls.key") };
    copyFileSync(testTlsFile("ca.pem"), settings.tlsCaFile);
    put("service");
    warnings.length = 0;
  });
  afterEach(() => {
    identity?.close();
    identity = undefined;
    rmSync(folder, { recursive: true });
  });

  /** As a Secret changes: another file under the same name. */
  function put(certificate: string): void {
    for (const [kind, file] of [["pem", settings.tlsCertFile] as const, ["key", settings.tlsKeyFile] as const]) {
      copyFileSync(testTlsFile(`${certificate}.${kind}`), `${file}.new`);
      renameSync(`${file}.new`, file);
    }
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let look = 0; look < 500 && !holds(); look++) await setTimeout(LOOK_MS);
    expect(holds()).toBe(true);
  }

  it("is none where no file is given", () => {
    expect(openTlsIdentity(NO_TLS, logger)).toBeUndefined();
  });

  it("tells of files that were replaced, and keeps what it has where the new ones are of no use", async () => {
    identity = openTlsIdentity(settings, logger, LOOK_MS);
    const before = identity?.current().own?.certificate;
    let changes = 0;
    identity?.onChange(() => changes++);
    put("renewed");
    await until(() => changes > 0 && identity?.current().own?.certificate.equals(before ?? Buffer.alloc(0)) === false);
    const renewed = identity?.current();
    writeFileSync(settings.tlsCertFile, "not a certificate");
    await until(() => warnings.length > 0);
    expect(identity?.current()).toBe(renewed);
  });

  it.each<[string, (of: TlsSettings) => TlsSettings, string]>([
    ["a missing file", (of) => ({ ...of, tlsCaFile: "/nowhere/ca.pem" }), "tls-files"],
    ["a key that is of another certificate", (of) => ({ ...of, tlsKeyFile: testTlsFile("stranger.key") }), "tls-files"],
    ["a certificate without its key", (of) => ({ ...of, tlsKeyFile: "" }), "tls-incomplete"],
    ["a certificate without authorities", (of) => ({ ...of, tlsCaFile: "" }), "tls-incomplete"],
  ])("%s is refused at the start", (_, change, code) => {
    expect(() => openTlsIdentity(change(settings), logger)).toThrow(expect.objectContaining({ code }));
  });
});
